"""Words, sentences, names, quotes, roles and arms-deal evidence: a Stanza pipeline over one encoder pass.

Three parts of the pipeline are made here: `tokenize` splits by rule (`splitting`), `ner` runs the encoder
once over the whole text and tags names, `heads` decodes what the same pass says of quotes, of speaker
mentions and cues, and of evidence. The model is one folder of JSON and safetensors: loading runs no code.

Windows never mix texts and the encoder computes each word's numbers apart, so a text has one result,
whatever it is sent along with.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import stanza
import torch
from safetensors.torch import load_file
from stanza.models.common.doc import NER, Document
from stanza.models.ner.trainer import fix_singleton_tags
from stanza.pipeline.ner_processor import NERProcessor
from stanza.pipeline.processor import (
    NAME_TO_PROCESSOR_CLASS,
    Processor,
    ProcessorVariant,
    register_processor,
    register_processor_variant,
)

from processors.encoder import Encoder, Shape
from processors.heads import HEADS, OUTPUTS, Array, Found, log_softmax, spans
from processors.splitting import split
from processors.tagged import Name, Passage, Sentence, Tagged, Token
from processors.windows import load_pieces, spaced, windows
from processors.wordlists import words

MODEL = Path(__file__).parent / "languages" / "id" / "model"


class Tagger:
    """The pipeline. Loading takes about a second; one instance serves one thread."""

    def __init__(self, *, threads: int = 1) -> None:
        torch.set_num_threads(threads)
        self._pipeline = stanza.Pipeline(
            "id",
            dir=str(MODEL),
            processors={"tokenize": "kawat", "ner": "kawat", "heads": "kawat"},
            tokenize_with_kawat=True,
            ner_with_kawat=True,
            ner_folder=str(MODEL),
            allow_unknown_language=True,
            download_method=None,
            use_gpu=False,
            logging_level="ERROR",
        )

    @cached_property
    def revision(self) -> str:
        """Names the model: a hash over the files of its folder, 12 hexadecimal digits."""
        return model_revision(MODEL)

    def tag(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> list[Tagged]:
        """Tags each text, Indonesian unless `languages` says another; its result is its own alone."""
        tagged = []
        with torch.inference_mode():
            for n, text in enumerate(texts):
                document = Document([], text=text)
                document.lang = languages[n] if languages else "id"
                tagged.append(_collect(self._pipeline.process(document), text))
        return tagged

    def tag_words(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags (B-PER, I-PER … O) of the words of sentences that are split already, a list a sentence."""
        namer: Namer = self._pipeline.processors["ner"]._variant  # noqa: SLF001 - Stanza has no way to it
        tags = []
        with torch.inference_mode():
            for words in sentences:
                text, spans_of_words = spaced([_shown(word) for word in words])
                outputs = namer.read(text, [spans_of_words]).outputs
                tags.append(_to_bio(_name_tags(outputs, [])))
        return tags


def model_revision(folder: Path) -> str:
    """A hash over the names and bytes of a model folder's files, 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".safetensors", ".txt"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


# --- the parts of the pipeline ------------------------------------------------------


@register_processor_variant("tokenize", "kawat")
class Splitter(ProcessorVariant):  # type: ignore[misc]
    """Words and sentences by rule."""

    OVERRIDE = True

    def __init__(self, config: dict[str, Any]) -> None:
        """Stanza hands over its settings; there are none."""

    def process(self, document: Document) -> Document:
        """A document with sentences and tokens, from one with a text."""
        text = document.text
        sentences = [
            [
                {"id": (n,), "text": text[start:end], "start_char": start, "end_char": end}
                for n, (start, end) in enumerate(sentence, 1)
            ]
            for sentence in split(text, document.lang)
        ]
        made = Document(sentences, text)
        made.lang = document.lang
        return made


class Names(NERProcessor):  # type: ignore[misc]
    """Stanza's own, which in 1.15 fails on a variant: it asks for trainers, and a variant has none."""

    def _set_up_final_config(self, config: dict[str, Any]) -> None:
        if hasattr(self, "_variant"):
            self._config = config
        else:
            super()._set_up_final_config(config)


NAME_TO_PROCESSOR_CLASS["ner"] = Names


class Read(NamedTuple):
    """The log-probabilities of every head's labels for each word, [words, OUTPUTS], and its last row."""

    outputs: Array
    rows: Array  # [words, hidden]


@register_processor_variant("ner", "kawat")
class Namer(ProcessorVariant):  # type: ignore[misc]
    """Runs the encoder, keeps its outputs on the document for `heads`, and tags names."""

    OVERRIDE = True

    def __init__(self, config: dict[str, Any]) -> None:
        folder = Path(config["folder"])
        settings = json.loads((folder / "config.json").read_text("utf-8"))
        self._pieces = load_pieces(folder / "pieces.json")
        shape = msgspec.convert(settings["encoder"], Shape)
        self._hidden = shape.hidden
        self._encoder = Encoder(shape, load_file(folder / "encoder.safetensors"))

    def process(self, document: Document) -> Document:
        """The document with a tag (S-PER, B-PER, I-PER, E-PER … O) on every token."""
        sentences = [[(t.start_char, t.end_char) for t in s.tokens] for s in document.sentences]
        read = self.read(document.text, sentences)
        document.outputs = read.outputs
        document.meanings = _means(read.rows, [len(sentence) for sentence in sentences])
        tags = _name_tags(document.outputs, accumulate(map(len, sentences)))
        if tags:
            document.set([NER], tags, to_token=True)
        return document

    def read(self, text: str, sentences: Sequence[Sequence[tuple[int, int]]]) -> Read:
        """What the encoder makes of each word of a text."""
        found, rows = [np.zeros((0, OUTPUTS), np.float32)], [np.zeros((0, self._hidden), np.float32)]
        for window in windows(self._pieces, text, sentences):
            (its_rows,) = self._encoder.rows([window.ids])
            found.append(self._encoder.read_off(its_rows)[window.places])
            rows.append(its_rows[window.places])
        return Read(log_softmax(np.concatenate(found)), np.concatenate(rows))


@register_processor("heads")
class Heads(Processor):  # type: ignore[misc]
    """Decodes the heads that aren't names, from the outputs that `ner` left on the document."""

    PROVIDES_DEFAULT = frozenset({"heads"})
    REQUIRES_DEFAULT = frozenset({"tokenize", "ner"})

    def process(self, document: Document) -> Document:
        """The document with its passages by head."""
        words = [(t.start_char, t.end_char) for s in document.sentences for t in s.tokens]
        breaks = line_starts(document.text, words)
        document.passages = {
            name: tuple(
                Passage(words[found.first][0], words[found.end - 1][1], found.type)
                for found in spans(document.outputs, head, breaks)
            )
            for name, head in HEADS.items()
            if name != "names"
        }
        return document


def line_starts(text: str, words: Sequence[tuple[int, int]]) -> list[int]:
    """The numbers of the words that begin a line."""
    return [n for n, ((_, end), (start, _)) in enumerate(pairwise(words), 1) if "\n" in text[end:start]]


def _means(rows: Array, lengths: Sequence[int]) -> list[bytes]:
    """The mean row of each sentence, of so many words each."""
    ends = list(accumulate(lengths))
    return [
        rows[end - length : end].mean(0).astype("<f4").tobytes()
        for length, end in zip(lengths, ends, strict=True)
    ]


def _name_tags(outputs: Array, breaks: Iterable[int]) -> list[str]:
    """The names in BIOES, a tag a word."""
    tags = ["O"] * len(outputs)
    for found in spans(outputs, HEADS["names"], breaks):
        tags[found.first : found.end] = _marked(found)
    return tags


def _marked(found: Found) -> list[str]:
    inner = found.end - found.first - 2
    marks = ["S"] if inner < 0 else ["B", *"I" * inner, "E"]
    return [f"{mark}-{found.type}" for mark in marks]


def _shown(word: str) -> str:
    """A given word as the encoder may see it: never blank."""
    shown = "".join(c for c in word if unicodedata.category(c)[0] not in "CZ")
    return shown or "?"


# --- from the pipeline's document to ours -------------------------------------------


def _collect(document: Document, text: str) -> Tagged:
    """The sentences and names of a document that the pipeline has been through."""
    sentences: list[Sentence] = []
    names: list[Name] = []
    for sentence, meaning in zip(document.sentences, document.meanings, strict=True):
        tokens = tuple(
            Token(t.start_char, t.end_char, text[t.start_char : t.end_char]) for t in sentence.tokens
        )
        sentences.append(Sentence(tokens[0].start, tokens[-1].end, tokens, meaning))
        names += _names(text, tokens, [token.ner for token in sentence.tokens])
    return Tagged(tuple(sentences), tuple(names), **document.passages)


def _hyphenated(tokens: Sequence[Token], tags: Sequence[str]) -> list[str]:
    """The tags with a person's name going on over a hyphen that a small letter follows: Jong-un."""
    fixed = list(tags)
    for n, (name, hyphen, rest) in enumerate(zip(tokens, tokens[1:], tokens[2:], strict=False)):
        glued = name.end == hyphen.start and hyphen.end == rest.start
        if glued and fixed[n][2:] == "PER" and hyphen.text in "-‐‑" and rest.text[0].islower():
            fixed[n] = {"S": "B", "E": "I"}.get(fixed[n][0], fixed[n][0]) + "-PER"
            fixed[n + 1] = fixed[n + 2] = "I-PER"
    return fix_singleton_tags(fixed) if fixed != tags else fixed


def _names(text: str, tokens: Sequence[Token], tags: Sequence[str]) -> Iterator[Name]:
    """The names of a sentence, without titles before them and marks after them."""
    first = 0
    for n, tag in enumerate(_hyphenated(tokens, tags)):
        if tag[0] in "SB":
            first = n
        if tag[0] not in "SE":
            continue
        span = _trimmed(tokens[first : n + 1], tag[2:])
        if span:
            yield Name(*span, text[slice(*span)], tag[2:])


def _trimmed(tokens: Sequence[Token], kind: str) -> tuple[int, int] | None:
    """The span of a name's tokens without marks at its ends and, before a person, without titles."""
    low, high = 0, len(tokens)
    while low < high and not any(map(str.isalnum, tokens[low].text)):
        low += 1
    while kind == "PER" and high - low > 1 and tokens[low].text.rstrip(".").lower() in _TITLES:
        low += 1
        while low < high and tokens[low].text == ".":
            low += 1
    while high > low and not any(map(str.isalnum, tokens[high - 1].text)) and not _closes(tokens[low:high]):
        high -= 1
    if low == high:
        return None
    end = tokens[high - 1].end
    last = tokens[high - 1].text
    if last.endswith(".") and len(last) > 3 and last.count(".") == 1:
        end -= 1
    return tokens[low].start, end


def _closes(tokens: Sequence[Token]) -> bool:
    """Whether the last of the tokens closes a bracket that was opened among them: "Partai X (Y)"."""
    texts = [token.text for token in tokens]
    return texts[-1] == ")" and texts.count("(") >= texts.count(")")


def _to_bio(tags: Iterable[str]) -> list[str]:
    """BIOES tags as BIO."""
    return [{"S": "B", "E": "I"}.get(tag[0], tag[0]) + tag[1:] for tag in tags]


_TITLES = frozenset(title.lower() for title in words("titles.txt"))
