"""Packs the trained models into the folder that the pipeline loads: JSON and safetensors, matrices in 8 bits.

    python -m training.package --encoder build/encoder --names build/names.pt --tokenizer build/tokenizer.pt \
        --output processors/languages/id/model
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

LARGE = 20_000  # values from which on a matrix is stored in 8 bits
ENCODER = (
    *("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"),
    *("max_position_embeddings", "type_vocab_size", "layer_norm_eps", "pad_token_id"),
)
TAGGER = (
    *("word_emb_dim", "char", "charlm", "input_transform", "hidden_dim", "num_layers", "bert_hidden_layers"),
    *("dropout", "word_dropout", "locked_dropout", "rec_dropout"),
)
SPLITTER = (
    *(
        "emb_dim",
        "hidden_dim",
        "feat_dim",
        "rnn_layers",
        "conv_res",
        "hier_conv_res",
        "hierarchical",
        "hier_invtemp",
    ),
    *("tok_noise", "use_mwt"),
)


def rows_in_8_bits(matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A matrix as int8 [rows, columns] and a float32 scale for each row."""
    scale = matrix.abs().amax(1).clamp_min(1e-8) / 127
    return (matrix / scale[:, None]).round().to(torch.int8), scale


def packed(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors with large matrices in 8 bits, their scales beside them as NAME.scale."""
    result = {}
    for name, tensor in state.items():
        if tensor.dim() == 2 and tensor.numel() >= LARGE:
            result[name], result[f"{name}.scale"] = rows_in_8_bits(tensor.float())
        else:
            result[name] = tensor.float().contiguous()
    return result


def chosen(arguments: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The arguments that shape a model, without paths and training settings."""
    return {name: arguments.get(name) for name in names}


def main() -> None:
    """Reads the arguments and writes the folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("encoder", "names", "tokenizer", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    names = torch.load(options.names, map_location="cpu", weights_only=True)
    splitter = torch.load(options.tokenizer, map_location="cpu", weights_only=True)
    encoder = json.loads((options.encoder / "config.json").read_text("utf-8"))
    special = json.loads((options.encoder / "tokenizer_config.json").read_text("utf-8"))
    tags = names["vocab"]["tag"]["_id2unit"]
    config = {
        "encoder": chosen(encoder, ENCODER),
        "special": {key: value for key, value in special.items() if key != "tokenizer_class"},
        "tagger": {
            "arguments": chosen(names["config"], TAGGER),
            "tags": tags[0] if isinstance(tags, dict) else tags,
        },
        "splitter": {
            "arguments": chosen(splitter["config"], SPLITTER),
            "units": splitter["vocab"]["_id2unit"],
        },
    }
    kept = {name: tensor for name, tensor in names["model"].items() if ".pooler." not in name}
    save_file(packed(kept), options.output / "tagger.safetensors")
    save_file(
        {k: v.half().contiguous() for k, v in splitter["model"].items()},
        options.output / "splitter.safetensors",
    )
    text = json.dumps(config, ensure_ascii=False, indent=1) + "\n"
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
