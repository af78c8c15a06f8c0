"""Bytes to text: UTF-8, UTF-16 and UTF-32 by their marks, Windows and others by their looks."""

import codecs
import re

from charset_normalizer import from_bytes

from processors.errors import Reason, Rejected

_MARKS = (  # UTF-32 before UTF-16: its mark begins with the other's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROLS_IN_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_MOST_CONTROLS = 0.02  # of all characters; IPTC 7901 and stray NULs stay below, images and archives above
_SAMPLE = 1 << 16
_RARE = 0.2  # where fewer bytes than this are beyond ASCII, the text is in Latin letters


def decode(payload: bytes) -> str:
    """The text of a payload, without its byte order mark.

    Raises Rejected (bad encoding) for binary data and for bytes that are text in no encoding.
    """
    for mark, name in _MARKS:
        if payload.startswith(mark):
            return _checked(_strictly(payload[len(mark) :], name))
    sample = payload[:_SAMPLE]
    if unmarked := _unmarked_utf16(sample):
        return _checked(_strictly(payload, unmarked))
    if len(_CONTROLS.findall(sample)) > _MOST_CONTROLS * len(sample):
        raise Rejected(Reason.BAD_ENCODING, "binary data, not text")
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError as error:
        return _checked(_legacy(payload, error))


def _strictly(payload: bytes, name: str) -> str:
    try:
        return payload.decode(name)
    except UnicodeDecodeError as error:
        raise Rejected(Reason.BAD_ENCODING, f"not {name} at byte {error.start}: {error.reason}") from None


def _unmarked_utf16(sample: bytes) -> str | None:
    """UTF-16 without a mark shows in Latin script: every other byte is zero."""
    half = len(sample) // 2
    if half < 8:
        return None
    if sample[1::2].count(0) > 0.7 * half and sample[::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if sample[::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return None


def _legacy(payload: bytes, error: UnicodeDecodeError) -> str:
    """What is not quite UTF-8: cut or damaged in few places, else Windows-1252, else what it looks like."""
    if _is_mostly_utf8(payload):
        return payload.decode("utf-8", "replace")
    sample = payload[:_SAMPLE]
    beyond = sum(byte > 0x7F for byte in sample)
    if beyond < _RARE * len(sample):
        try:
            return payload.decode("cp1252")
        except UnicodeDecodeError:
            pass
    best = from_bytes(sample).best()
    if best is None:
        raise Rejected(Reason.BAD_ENCODING, f"no known encoding; not UTF-8 at byte {error.start}")
    return _strictly(payload, best.encoding)


def _is_mostly_utf8(payload: bytes) -> bool:
    """Whether well-formed sequences beyond ASCII outnumber the broken places by far."""
    text = payload.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(character > "\x7f" for character in text) - broken > 4 * broken


def _checked(text: str) -> str:
    if len(_CONTROLS_IN_TEXT.findall(text[:_SAMPLE])) > _MOST_CONTROLS * len(text[:_SAMPLE]):
        raise Rejected(Reason.BAD_ENCODING, "binary data, not text")
    return text
