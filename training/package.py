"""Packs a trained model into the folder that the pipeline loads: JSON and safetensors, matrices in 8 bits.

    python -m training.package --encoder build/encoder6 --weights build/student.safetensors \
        --samples build/corpora/bodies.jsonl --output processors/languages/id/model
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from processors.encoder import Shape, quantised
from processors.heads import HEADS, OUTPUTS
from processors.windows import load_pieces, windows
from training.corpora import read_examples

PIECES = "embeddings.word_embeddings.weight"
EACH = 8  # of the samples one in so many is taken


def bare(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights under the names that `processors.encoder` knows."""
    return {name.removeprefix("encoder."): value for name, value in weights.items()}


def main() -> None:
    """Reads the arguments and writes the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("encoder", "weights", "samples", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    told = json.loads((options.encoder / "config.json").read_text("utf-8"))
    shape = Shape(
        hidden=told["hidden_size"],
        layers=told["num_hidden_layers"],
        heads=told["num_attention_heads"],
        feed_forward=told["intermediate_size"],
        positions=told["max_position_embeddings"],
        epsilon=told["layer_norm_eps"],
        outputs=OUTPUTS,
    )
    table = load_pieces(options.encoder / "tokenizer.json")
    samples = [
        window.ids
        for example in read_examples(options.samples)[::EACH]
        for window in windows(table, example.text, example.sentences)
    ]
    state = bare(load_file(options.weights))
    state[PIECES] = load_file(options.encoder / "model.safetensors")[PIECES]  # they don't learn
    weights = quantised(state, shape, samples)
    save_file(
        {name: tensor.contiguous() for name, tensor in weights.items()},
        options.output / "encoder.safetensors",
    )
    settings = {
        "encoder": {name: getattr(shape, name) for name in shape.__struct_fields__},
        "heads": {name: head.labels for name, head in HEADS.items()},
    }
    text = json.dumps(settings, ensure_ascii=False, indent=1) + "\n"
    (options.output / "config.json").write_text(text, encoding="utf-8")
    pieces = json.loads((options.encoder / "tokenizer.json").read_text("utf-8"))
    (options.output / "pieces.json").write_text(
        json.dumps(pieces, ensure_ascii=False, separators=(",", ":")), "utf-8"
    )
    (options.output / "resources.json").write_text("{}\n")  # Stanza asks for its list of downloads
    for path in sorted(options.output.iterdir()):
        print(f"{path.stat().st_size / 1e6:8.2f} MB  {path.name}")


if __name__ == "__main__":
    main()
