"""Words, sentences and names of a text: a Stanza pipeline over the models that lie in `languages/id/model`.

Two processors of the pipeline are made here, so that the models are read from one small folder of JSON and
safetensors, and so that any text can pass: `tokenize` lays Stanza's neural splitter over rules for what no
treebank shows (missing gaps, glued quotation marks, unknown characters), `names` is Stanza's tagger over a
small encoder.

Batches are made within one text, never across texts: so a text has one result, whatever it is sent along
with.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import stanza
import torch
from safetensors.torch import load_file
from stanza.models.common.crf import viterbi_decode
from stanza.models.common.doc import NER, Document
from stanza.models.ner.model import NERTagger
from stanza.models.ner.trainer import fix_singleton_tags
from stanza.models.tokenization.model import Tokenizer as SplitterModel
from stanza.pipeline.processor import (
    Processor,
    ProcessorVariant,
    register_processor,
    register_processor_variant,
)
from tokenizers import Tokenizer as Pieces
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from processors.wordlists import words

MODEL = Path(__file__).parent / "languages" / "id" / "model"
WINDOW, CONTEXT = 160, 48  # characters the splitter decides on at once, and what it sees on either side
LONGEST_WORD = 64  # characters of a word that the tagger sees
LONGEST_RUN = 120  # words that the tagger sees at once
BATCH = 300  # words of a batch, padding included

# Characters that belong to the letter before them: accents, vowel signs, joiners, variation selectors.
_MARKS = "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
_MARKS += "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"
_LETTER = rf"(?:[^\W_]|[{_MARKS}])"
_WORD = re.compile(
    r"[Rr][Pp](?=\d)"  # Rp42 is two words
    rf"|\d++(?:[.,:/]\d++)*+(?!{_LETTER})"  # 2,5  12.30  7/10/2025
    rf"|[a-zß-öø-ÿ]++(?:-[a-zß-öø-ÿ]++)++(?!{_LETTER})"  # negara-negara, but Prabowo-Gibran is three words
    rf"|(?P<half>[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]++)-(?i:(?P=half))(?!{_LETTER})"  # Undang-Undang
    rf"|{_LETTER}++(?:['’]{_LETTER}++)*+"
    r"|[^\w\s]|\w"
)
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
# A sentence begins here although no gap is printed.
GAP = re.compile(
    r"(?<=[a-zß-öø-ÿ\d)][.!?])(?=[\"“]?[A-Z])"  # dia.Sementara
    r"|(?<=[A-Z]{2}[.!?])(?=[\"“]?[A-Z][a-z])"  # AS.Menurut
    r"|(?<=[.!?]”)(?=[A-Z])"
)
_ENDERS = frozenset(".!?…")
_CLOSERS = frozenset("”’»)]}")
_OPENERS = frozenset("“‘«([{\"'")
_FAMILIAR = {
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "‘": "'",
    "’": "'",
    "–": "-",
    "—": "-",
    "…": ".",
    "[": "(",
    "]": ")",
}


class Token(msgspec.Struct, frozen=True):
    """A word or mark at text[start:end], in code points."""

    start: int
    end: int
    text: str


class Name(msgspec.Struct, frozen=True):
    """A name at text[start:end], in code points; its type is PER, ORG or LOC."""

    start: int
    end: int
    text: str
    type: str


class Sentence(msgspec.Struct, frozen=True):
    """A sentence from its first token's start to its last token's end."""

    start: int
    end: int
    tokens: tuple[Token, ...]


class Tagged(msgspec.Struct, frozen=True):
    """The sentences and names of a text, in order, without overlap; no name crosses a sentence's end."""

    sentences: tuple[Sentence, ...]
    names: tuple[Name, ...]


def word_spans(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """The words and marks of text[start:end] by rule, as (start, end): all characters but white space."""
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        yield match.span()


class Tagger:
    """Finds words, sentences and names. Loading takes about a second; one instance serves one thread."""

    def __init__(self, *, threads: int = 1) -> None:
        torch.set_num_threads(threads)
        self._pipeline = stanza.Pipeline(
            "id",
            dir=str(MODEL),
            processors={"tokenize": "kawat", "names": "kawat"},
            tokenize_with_kawat=True,
            tokenize_folder=str(MODEL),
            names_folder=str(MODEL),
            allow_unknown_language=True,
            download_method=None,
            use_gpu=False,
            logging_level="ERROR",
        )

    @cached_property
    def revision(self) -> str:
        """Names the model: a hash over the files of its folder, 12 hexadecimal digits."""
        return model_revision(MODEL)

    def tag(self, texts: Sequence[str]) -> list[Tagged]:
        """Tags each text; the result of a text doesn't depend on the others."""
        with torch.inference_mode():
            return [_collect(self._pipeline.process(Document([], text=text)), text) for text in texts]

    def tag_words(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags (B-PER, I-PER … O) of the words of sentences that are split already, a list a sentence."""
        namer: Namer = self._pipeline.processors["names"]
        with torch.inference_mode():
            return [_to_bio(tags) for tags in namer.tags(sentences)]


def model_revision(folder: Path) -> str:
    """A hash over the names and bytes of a model folder's files, 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".safetensors", ".txt"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


# --- words and sentences ------------------------------------------------------------


@register_processor_variant("tokenize", "kawat")
class Splitter(ProcessorVariant):  # type: ignore[misc]
    """Stanza's tokenizer and sentence splitter, held to the rules above."""

    OVERRIDE = True

    def __init__(self, config: dict[str, Any]) -> None:
        folder = Path(config["folder"])
        settings = json.loads((folder / "config.json").read_text("utf-8"))["splitter"]
        weights = load_file(folder / "splitter.safetensors")
        self._ids = {unit: n for n, unit in enumerate(settings["units"])}
        arguments = settings["arguments"]
        sizes = (len(self._ids), arguments["emb_dim"], arguments["hidden_dim"])
        self._model = SplitterModel(arguments, *sizes, dropout=0.0, feat_dropout=0.0)
        self._model.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
        self._model.eval()
        self._abbreviations = frozenset(words("abbreviations.txt"))

    def process(self, document: Document | str) -> Document:
        """A document with sentences and tokens, from a document with a text."""
        text = document if isinstance(document, str) else document.text
        sentences = [
            [
                {"id": (n,), "text": text[start:end], "start_char": start, "end_char": end}
                for n, (start, end) in enumerate(sentence, 1)
            ]
            for sentence in self.split(text)
        ]
        return Document(sentences, text)

    def split(self, text: str) -> Iterator[list[tuple[int, int]]]:
        """The sentences of a text as spans of their tokens."""
        lines = [match.span() for match in _LINE.finditer(text) if not match.group().isspace()]
        marks = self._marks(text, lines)
        for start, end in lines:
            tokens = _joined(text, list(word_spans(text, start, end)), marks)
            yield from self._sentences(text, tokens, marks)

    def _marks(self, text: str, lines: Sequence[tuple[int, int]]) -> np.ndarray[Any, np.dtype[np.int8]]:
        """What the model says of each character: 0 inside a word, 1 end of a word, 2 of a sentence."""
        marks = np.zeros(len(text), np.int8)
        windows = [window for line in lines for window in self._windows(text, *line)]
        windows.sort(key=lambda window: -len(window.units))
        for at in range(0, len(windows), 32):
            batch = windows[at : at + 32]
            lengths = [len(window.units) for window in batch]
            units = torch.zeros(len(batch), lengths[0], dtype=torch.long)
            features = torch.zeros(len(batch), lengths[0], 5)
            for row, window in enumerate(batch):
                units[row, : lengths[row]] = torch.from_numpy(window.units)
                features[row, : lengths[row]] = torch.from_numpy(window.features)
            found = self._model(units, features, lengths).argmax(2).numpy()
            for row, window in enumerate(batch):
                marks[window.places] = found[row, window.first : window.first + len(window.places)]
        return marks

    def _windows(self, text: str, start: int, end: int) -> Iterator["_Window"]:
        """A line in pieces that overlap; runs of white space count as one gap."""
        places = [
            at
            for at in range(start, end)
            if not text[at].isspace() or (at > start and not text[at - 1].isspace())
        ]
        while text[places[-1]].isspace():
            places.pop()
        units = np.array([self._unit(text[at]) for at in places])
        shape = np.zeros((len(places), 5), np.float32)
        shape[:, 0] = [text[at].isspace() for at in places]
        shape[:, 1] = [text[at].isupper() for at in places]
        shape[:, 2] = [text[at].isdecimal() for at in places]
        shape[-1, 3] = shape[0, 4] = 1
        for at in range(0, len(places), WINDOW):
            low, high = max(0, at - CONTEXT), at + WINDOW + CONTEXT
            yield _Window(units[low:high], shape[low:high], at - low, np.array(places[at : at + WINDOW]))

    def _unit(self, character: str) -> int:
        """The model's number for a character, or for one that stands for it."""
        known = self._ids.get(character)
        if known is None:
            known = self._ids[character] = self._ids.get(_familiar(character), 1)
        return known

    def _sentences(
        self, text: str, tokens: Sequence[tuple[int, int]], marks: np.ndarray[Any, np.dtype[np.int8]]
    ) -> Iterator[list[tuple[int, int]]]:
        """The tokens of a line in sentences."""
        if not tokens:
            return
        gaps = {match.start() for match in GAP.finditer(text, tokens[0][0], tokens[-1][1])}
        line = text[tokens[0][0] : tokens[-1][1]]
        lower = len(line) > 40 and not any(character.isupper() for character in line)
        begun, quoted = 0, False
        for n, (_, end) in enumerate(tokens):
            quoted ^= text[end - 1] == '"'
            if n + 1 == len(tokens) or n < begun:
                continue
            if not self._may_end(text, tokens, n, quoted):
                continue
            if end in gaps or marks[end - 1] == 2 or _is_plain_stop(text, tokens, n, lower):
                yield list(tokens[begun : n + 1])
                begun = n + 1
        yield list(tokens[begun:])

    def _may_end(self, text: str, tokens: Sequence[tuple[int, int]], n: int, quoted: bool) -> bool:
        """Whether a sentence can end with token n: a stop with its closing marks, no small letter after."""
        end = tokens[n][1]
        closing = text[end - 1] in _CLOSERS or (text[end - 1] in "\"'" and not quoted)
        stop = n - 1 if closing and n else n
        while stop and text[tokens[stop][1] - 1] in _CLOSERS:
            stop -= 1
        if text[tokens[stop][1] - 1] not in _ENDERS:
            return False
        after = text[tokens[n + 1][0]]
        glued = tokens[n + 1][0] == end
        if glued and (after in _CLOSERS or after in _ENDERS or (after in "\"'" and quoted)):
            return False
        if after in ",;:" or after in _CLOSERS or (closing and after.islower()):
            return False
        word = text[tokens[stop][0] : tokens[stop][1] - 1] or text[slice(*tokens[stop - 1])] if stop else ""
        return closing or word not in self._abbreviations


class _Window(msgspec.Struct):
    """A piece of a line: what the model reads, and the places it decides on, from its unit `first`."""

    units: Any
    features: Any
    first: int
    places: Any


def _familiar(character: str) -> str:
    """A character of the treebank that behaves like this one."""
    if character in _FAMILIAR:
        return _FAMILIAR[character]
    kind = unicodedata.category(character)
    if character.isspace():
        return " "
    base = unicodedata.normalize("NFKD", character)[0]
    if base != character and base.isascii() and base.isalpha():
        return base
    if kind == "Lu":
        return "A"
    return {"L": "a", "M": "a", "N": "1"}.get(kind[0], "a" if kind == "Cf" else "-")


def _joined(
    text: str, spans: Sequence[tuple[int, int]], marks: np.ndarray[Any, np.dtype[np.int8]]
) -> list[tuple[int, int]]:
    """The words with abbreviations made whole ("Dr.", "S.H."), where the model sees one word."""
    tokens: list[tuple[int, int]] = []
    gaps = {match.start() for match in GAP.finditer(text, spans[0][0], spans[-1][1])} if spans else set()
    for start, end in spans:
        last = tokens[-1] if tokens else (0, 0)
        if (
            last[1] == start
            and marks[start - 1] == 0
            and (text[start] == "." or text[start - 1] == ".")
            and text[last[0]].isalpha()
            and (text[start] == "." or text[start].isalpha())
            and end - last[0] <= 12
            and start not in gaps
        ):
            tokens[-1] = (last[0], end)
        else:
            tokens.append((start, end))
    return tokens


def _is_plain_stop(text: str, tokens: Sequence[tuple[int, int]], n: int, lower: bool) -> bool:
    """A stop that needs no model: after a word in small letters, with a gap and a capital behind it."""
    end, following = tokens[n][1], tokens[n + 1][0]
    if following == end:
        return False
    head = text[tokens[max(0, n - 3)][0] : end].rstrip("\"'”’»)]")
    if not re.search(r"[a-zß-öø-ÿ]{4}[.!?…]+$|[^\W\d_]{2}[?!]+$", head):
        return False
    opener = text[following] in _OPENERS and n + 2 < len(tokens)
    first = text[tokens[n + 2][0]] if opener else text[following]
    return lower or first.isupper()


# --- names --------------------------------------------------------------------------


@register_processor("names")
class Namer(Processor):  # type: ignore[misc]
    """Stanza's NER tagger with its encoder, from the model folder (Stanza's `ner` takes no variants)."""

    PROVIDES_DEFAULT = frozenset({"ner"})
    REQUIRES_DEFAULT = frozenset({"tokenize"})

    def __init__(self, config: dict[str, Any], pipeline: stanza.Pipeline, device: str) -> None:
        super().__init__(config, pipeline, device)
        folder = Path(config["folder"])
        settings = json.loads((folder / "config.json").read_text("utf-8"))
        weights = load_file(folder / "tagger.safetensors")
        shape = BertConfig(**settings["encoder"])
        encoder: torch.nn.Module = BertModel(shape, add_pooling_layer=False)  # type: ignore[no-untyped-call]
        pieces = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
            tokenizer_object=Pieces.from_file(str(folder / "pieces.json")), **settings["special"]
        )
        arguments = settings["tagger"]["arguments"] | {"bert_model": "kawat"}
        self._labels = _Labels(settings["tagger"]["tags"])
        self._model = NERTagger(
            arguments,
            {"tag": self._labels},
            bert_model=encoder,
            bert_tokenizer=pieces,
            force_bert_saved=True,
        )
        _load(self._model, weights)
        self._model.crits = torch.nn.ModuleList(
            _Transitions(weights[f"crits.{n}._transitions"]) for n in range(len(self._model.crits))
        )
        self._model.eval()

    def process(self, document: Document) -> Document:
        """The document with a tag (S-PER, B-PER, I-PER, E-PER … O) on every token."""
        found = self.tags([[token.text for token in sentence.tokens] for sentence in document.sentences])
        if found:
            document.set([NER], [tag for tags in found for tag in tags], to_token=True)
        return document

    def tags(self, sentences: Sequence[Sequence[str]]) -> list[list[str]]:
        """The tags of the tokens, a list a sentence. Long sentences are tagged run by run."""
        runs: list[list[str]] = []
        places: list[tuple[int, int]] = []  # sentence and token of each word of the runs, in order
        for s, sentence in enumerate(sentences):
            tokens = [list(_seen(token)) for token in sentence]
            flat = [(t, word) for t, seen in enumerate(tokens) for word in seen]
            cuts = range(0, len(flat), LONGEST_RUN)
            runs.extend([word for _, word in flat[at : at + LONGEST_RUN]] for at in cuts)
            places += [(s, t) for t, _ in flat]
        result = [["O"] * len(sentence) for sentence in sentences]
        labels = [tag for tags in self._predict(runs) for tag in tags]
        for (s, t), tag in zip(places, labels, strict=True):
            if result[s][t] == "O":  # a token is what its first named word is
                result[s][t] = tag
        return [fix_singleton_tags(tags) for tags in result]

    def _predict(self, runs: Sequence[list[str]]) -> list[list[str]]:
        """The tags of runs of words, in batches of like length."""
        order = sorted(range(len(runs)), key=lambda n: -len(runs[n]))
        result: list[list[str]] = [[] for _ in runs]
        while order:
            size = max(1, BATCH // len(runs[order[0]]))
            batch, order = order[:size], order[size:]
            lengths = [len(runs[n]) for n in batch]
            blank = torch.ones(len(batch), lengths[0], 1, dtype=torch.long)
            chosen = [runs[n] for n in batch]
            _, logits, transitions = self._model(
                chosen, None, None, blank, None, lengths, None, None, None, None, None
            )
            scores, moves = logits[0].numpy(), transitions[0].numpy()
            for row, n in enumerate(batch):
                path = viterbi_decode(scores[row, : lengths[row]], moves)[0]
                result[n] = fix_singleton_tags([self._tag(int(number)) for number in path])
        return result

    def _tag(self, number: int) -> str:
        tag = self._labels[number]
        return tag if tag[1:2] == "-" else "O"


class _Labels(list[str]):
    """The tags by number; Stanza asks for the size of each of its tag sets, and here is one."""

    def lens(self) -> list[int]:
        """The number of tags."""
        return [len(self)]


class _Transitions(torch.nn.Module):
    """Stands where the tagger has its loss: no loss, only the transition scores the decoder needs."""

    def __init__(self, scores: torch.Tensor) -> None:
        super().__init__()
        self.scores = scores.detach()

    def forward(self, *_: object) -> tuple[int, torch.Tensor]:
        """No loss, and the scores [from, to]."""
        return 0, self.scores


class Int8Linear(torch.nn.Module):
    """A linear layer with 8-bit weights; rows are brought to 8 bits one by one, and so stay independent."""

    def __init__(self, weight: torch.Tensor, scale: torch.Tensor, bias: torch.Tensor) -> None:
        super().__init__()
        self.weight, self.scale, self.bias = weight.t().contiguous(), scale.float().view(1, -1), bias.float()

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """[…, in] to […, out], float32."""
        flat = rows.reshape(-1, rows.shape[-1])
        step = flat.abs().amax(1, keepdim=True).clamp_min_(1e-8).div_(127)
        small = (flat / step).round_().to(torch.int8)
        result = torch._int_mm(small, self.weight).float()  # noqa: SLF001 - it has no public name
        result.mul_(step).mul_(self.scale).add_(self.bias)
        return result.view(*rows.shape[:-1], -1)


class Int8Embedding(torch.nn.Module):
    """An embedding with 8-bit rows and a scale each."""

    def __init__(self, weight: torch.Tensor, scale: torch.Tensor) -> None:
        super().__init__()
        self.weight, self.scale = weight, scale.float().view(-1, 1)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """[…] to […, hidden], float32."""
        return self.weight[ids].float() * self.scale[ids]


def _load(model: torch.nn.Module, weights: dict[str, torch.Tensor]) -> None:
    """Fills a model from stored weights; 8-bit ones stay so where the processor multiplies them quickly."""
    quick = bool(torch.cpu._is_vnni_supported())  # noqa: SLF001
    plain: dict[str, torch.Tensor] = {}
    for name, tensor in weights.items():
        scale = weights.get(f"{name}.scale")
        if name.endswith(".scale"):
            continue
        if scale is None:
            plain[name] = tensor.float()
            continue
        owner, _, child = name.removesuffix(".weight").rpartition(".")
        parent = model.get_submodule(owner)
        layer = parent.get_submodule(child) if not name.startswith("taggerlstm") else None
        if isinstance(layer, torch.nn.Embedding):
            setattr(parent, child, Int8Embedding(tensor, scale))
        elif isinstance(layer, torch.nn.Linear) and quick:
            setattr(parent, child, Int8Linear(tensor, scale, weights[name.removesuffix("weight") + "bias"]))
        else:
            plain[name] = tensor.float() * scale.float().view(-1, 1)
    missing, _ = model.load_state_dict(plain, strict=False)
    left = [name for name in missing if name not in weights and not name.endswith(("_init", "position_ids"))]
    if left:
        raise ValueError(f"the model folder lacks {left[:3]}")


def _seen(token: str) -> Iterator[str]:
    """The words of a token as the encoder may see them: never blank, never endless."""
    for start, end in word_spans(token):
        word = "".join(
            c for c in token[start : min(end, start + LONGEST_WORD)] if unicodedata.category(c)[0] != "C"
        )
        yield word if unicodedata.normalize("NFKC", word).strip() else "?"


# --- from the pipeline's document to ours -------------------------------------------


def _collect(document: Document, text: str) -> Tagged:
    """The sentences and names of a document that the pipeline has been through."""
    sentences: list[Sentence] = []
    names: list[Name] = []
    for sentence in document.sentences:
        tokens = tuple(
            Token(t.start_char, t.end_char, text[t.start_char : t.end_char]) for t in sentence.tokens
        )
        sentences.append(Sentence(tokens[0].start, tokens[-1].end, tokens))
        names += _names(text, tokens, [token.ner for token in sentence.tokens])
    return Tagged(tuple(sentences), tuple(names))


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


_TITLES = frozenset(
    line.lower() for line in (MODEL / "titles.txt").read_text("utf-8").splitlines() if line and line[0] != "#"
)
