"""What the tagger says of a text; it is known without loading a model."""

import msgspec


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


class Passage(msgspec.Struct, frozen=True):
    """What a head found at text[start:end], in code points; its type is one of the head's."""

    start: int
    end: int
    type: str


class Sentence(msgspec.Struct, frozen=True):
    """A sentence from its first token's start to its last token's end.

    `meaning` is the mean of what the encoder makes of its words, little-endian float32; empty: not known.
    """

    start: int
    end: int
    tokens: tuple[Token, ...]
    meaning: bytes = b""


class Tagged(msgspec.Struct, frozen=True):
    """What the pipeline finds in a text, each kind in order and without overlap; no name crosses a sentence.

    `quotes` are DIRECT, INDIRECT or MIXED, `roles` SPEAKER or CUE, `evidence` DEAL.
    """

    sentences: tuple[Sentence, ...]
    names: tuple[Name, ...]
    quotes: tuple[Passage, ...] = ()
    roles: tuple[Passage, ...] = ()
    evidence: tuple[Passage, ...] = ()
