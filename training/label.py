"""Labels examples with a teacher: the probabilities of every head for every word, kept as 16-bit logarithms.

    python -m training.label --encoder build/encoder12 --weights build/teacher.safetensors \
        --examples build/corpora/news.jsonl

writes `news.safetensors` beside the examples, a tensor [words, outputs] for each, by id.
"""

import argparse
import time
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from processors.heads import log_softmax
from processors.windows import load_pieces, number
from training.corpora import read_examples
from training.tagger import Tagger, outputs_of


def main() -> None:
    """Reads the arguments and labels."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("encoder", "weights", "examples"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--part", default="0/1", help="which share of the examples: 1/2 is the second half")
    parser.add_argument("--most", type=int, default=10**9, help="stop after so many examples")
    options = parser.parse_args()
    torch.set_num_threads(1)
    share, shares = map(int, options.part.split("/"))
    examples = read_examples(options.examples)[: options.most][share::shares]
    pieces = load_pieces(options.encoder / "tokenizer.json")
    model = Tagger(options.encoder, 0.0).eval()
    model.load_state_dict(load_file(options.weights))
    labels: dict[str, torch.Tensor] = {}
    began = time.monotonic()
    with torch.inference_mode():
        for n, example in enumerate(examples, 1):
            outputs = outputs_of(model, example, pieces, number(pieces, "<pad>"))
            labels[example.id] = torch.from_numpy(log_softmax(outputs)).half()
            if n % 100 == 0:
                print(f"{n} of {len(examples)}, {n / (time.monotonic() - began):.1f} a second", flush=True)
    target = options.examples.with_suffix(".safetensors" if shares == 1 else f".{share}.safetensors")
    save_file(labels, target)


if __name__ == "__main__":
    main()
