"""What people have annotated in an article: its quotes and, where they marked them, its names.

A JSON object beside the article's text: `quotes`, each with text, kind, speaker, speaker_mention and cue, and
`entities`, each with name, type and all of its forms. Other fields are passed over.
"""

from typing import Annotated

import msgspec

from processors.errors import UsageError
from processors.records import EntityType, QuoteKind

Words = Annotated[str, msgspec.Meta(min_length=1)]


class AnnotatedQuote(msgspec.Struct, frozen=True):
    """`text` as in the article, without its outer marks; `speaker` the full name or role, None if unsaid."""

    text: Words
    kind: QuoteKind
    speaker: str | None = None
    speaker_mention: str | None = None
    cue: str | None = None


class AnnotatedEntity(msgspec.Struct, frozen=True):
    """Every occurrence of a form at word boundaries is a mention; the longest form wins."""

    name: str
    type: EntityType
    forms: list[Words]


class Annotation(msgspec.Struct, frozen=True):
    """`entities` None: names were not annotated."""

    quotes: list[AnnotatedQuote]
    entities: list[AnnotatedEntity] | None = None


def read(content: bytes, name: str) -> Annotation:
    """The annotation in a JSON file. Raises UsageError with `name` and what is wrong, on one line."""
    try:
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=Annotation)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{name}: {error}") from None
