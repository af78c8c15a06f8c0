"""The wire formats: which one a payload is in, and the stories in it.

A format is a module with `NAME`, `sniff(payload)`, how sure it is from 0 to 1, and `parse(payload)`.
To add one, write the module and list it here.
"""

from types import ModuleType
from typing import Protocol, cast

from processors.errors import Reason, Rejected
from processors.formats import json_value, jsontext, ninjs, text
from processors.records import Item


class Format(Protocol):
    """What a format's module offers."""

    NAME: str

    def sniff(self, payload: bytes) -> float:
        """How sure it is that the payload is in this format: 0 not at all, 1 certain."""

    def parse(self, payload: bytes) -> list[Item | Rejected]:
        """The stories; a Rejected in the list is one child's. Raises Rejected for the whole payload."""


_MODULES: tuple[ModuleType, ...] = (ninjs, jsontext, text)
FORMATS: dict[str, Format] = {module.NAME: cast(Format, module) for module in _MODULES}
_BLANK = b" \t\r\n\v\f\x00\xef\xbb\xbf\xfe\xff"


def read(payload: bytes, *, format: str | None = None) -> list[Item | Rejected]:
    """The stories of a payload, in the named format or in the one it looks like.

    A Rejected in the list is a child's. Raises Rejected for the whole payload: empty, of no known
    format, in no known encoding, or broken.
    """
    if not payload.strip(_BLANK):
        raise Rejected(Reason.EMPTY, "the payload holds no text")
    return (_named(format) if format else _likeliest(payload)).parse(payload)


def _named(name: str) -> Format:
    if name not in FORMATS:
        raise Rejected(Reason.UNKNOWN_FORMAT, f"no format is named {name!r}; known: {', '.join(FORMATS)}")
    return FORMATS[name]


def _likeliest(payload: bytes) -> Format:
    score, _, name = max(
        (module.sniff(payload), -rank, name) for rank, (name, module) in enumerate(FORMATS.items())
    )
    if not score:
        if json_value.opens(payload):
            json_value.load(payload)  # JSON that breaks off is malformed, whatever it was to be
        raise Rejected(Reason.UNKNOWN_FORMAT, f"begins with {payload.lstrip(_BLANK)[:24]!r}")
    return FORMATS[name]
