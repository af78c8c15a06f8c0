"""Who made the story and whom it credits: byline, trailers (Pewarta, Penerjemah, Sumber), "melansir X"."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from processors import boilerplate, dates
from processors.dateline import DOMAIN
from processors.wordlists import table, words

_LISTS = table("trailers.toml")
_CREDITS = table("credits.toml")
_ROLES = ("byline", "editor", "translator", "source")
_ROLE_OF = {key: role for role in _ROLES for key in _LISTS[role]}
_KEYS = "|".join(sorted(map(re.escape, _ROLE_OF), key=len, reverse=True))
_NO_COLON = "|".join(
    sorted((re.escape(key) for key in _ROLE_OF if key.split()[-1] in ("oleh", "by")), key=len, reverse=True)
)
_BARE_INSIDE = "|".join(key for key in _NO_COLON.split("|") if " " in key)  # "oleh" alone is a preposition
_LINE = re.compile(
    rf"[\W_]{{0,3}}(?:(?P<key>{_KEYS})\s*:\s*|(?P<bare>{_NO_COLON})\s+)(?P<value>\S.{{0,90}})$", re.IGNORECASE
)
_INLINE = re.compile(
    r"(?:^|(?<=[.!?\"”’)\]\w])\s*)(?<![-/])(?<!ilihan )\b"
    rf"(?:(?P<key>{_KEYS})\s*:\s*|(?P<bare>{_BARE_INSIDE})\s+)(?P<value>[^\n:]{{2,60}})$",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:" + "|".join(map(re.escape, _LISTS["copyright"])) + r")(?!\w).{0,60}\d{4}.{0,60}$", re.IGNORECASE
)
_SIGNED = re.compile(
    r"(?:^(?P<initials>[a-z]{2,4}(?:/[a-z]{2,4}){0,2}) )?[(\[]\s*(?P<inside>[^()\[\]\n]{2,48})\s*[)\]]$"
)
_INITIALS = re.compile(r"[A-Za-z]{2,4}|[A-Z]-\d{1,2}|[a-z]{1,3}\d{1,2}|[A-Z]{1,4}|\*")
_OUTLET_AND_NAME = re.compile(rf"\s?\(({DOMAIN})/([^()\n]{{3,40}})\)$", re.IGNORECASE)
_SOURCE_IN_BRACKETS = re.compile(
    r"\s?\((?:" + "|".join(map(re.escape, _LISTS["source"])) + r")\s*:\s*([^()\n]{2,60})\)\.?$", re.IGNORECASE
)
_AGENCIES_LINE = re.compile(r"[A-Z][A-Z .'’&-]{1,40}(?:\s\|\s[A-Z][A-Z .'’&-]{1,40}){1,3}$")
_AGENCIES_INSIDE = re.compile(r"(?<=[.!?\"”] )[A-Z][A-Z .'&-]{1,40}(?: \| [A-Z][A-Z .'&-]{1,40}){1,3}$")
_PIECES = re.compile(r"\s*[|;]\s*")
_BETWEEN_NAMES = re.compile(r"\s*[/,;|]\s*|\s+(?:dan|and)\s+")
_TRANSLATED = re.compile(
    r"(?:" + "|".join(map(re.escape, _LISTS["translated"])) + r")[^.!?\n]{0,40}\.?$", re.IGNORECASE
)
_APPEARED = re.compile(
    r"(?:"
    + "|".join(map(re.escape, _LISTS["appeared"]))
    + rf")\s+(?P<outlet>{DOMAIN}|[A-Z][\w.]*(?: [A-Z][\w.]*){{0,3}})"
    r"(?P<title>,?\s+(?:" + "|".join(map(re.escape, _LISTS["appeared_ends"])) + r")\b.{0,200})?",
    re.IGNORECASE,
)
_SENTENCE_END = (".", "!", "?", '"', "”", "’", "'", ")", ":")
_PARTICLES = frozenset(_LISTS["name_particles"])
_OUTLETS = "|".join(sorted(map(re.escape, words("agencies.txt")), key=len, reverse=True))
_CUES = "|".join(map(re.escape, _CREDITS["cues"]))
_LINKERS = "|".join(map(re.escape, _CREDITS["linkers"]))
_CREDITED = re.compile(
    rf"\b(?i:{_CUES})(?:\s+(?i:{_LINKERS})){{0,4}}\s+"
    rf"(?P<name>(?:{_OUTLETS})(?![\w-]|\.\w)|(?i:{DOMAIN})(?!\w))"
)
_KNOWN = {name.casefold(): name for name in reversed(words("agencies.txt"))}
_TAIL = 240  # characters at the end of a paragraph in which a trailer can stand


@dataclass(slots=True)
class Credits:
    """What was taken off the text."""

    byline: str | None = None
    copyright: str | None = None
    notes: list[str] = field(default_factory=list)  # the editor's and translator's lines, as printed
    sources: list[str] = field(default_factory=list)
    translated: bool = False
    published: str | None = None


def take_head(line: str, into: Credits) -> bool:
    """Whether a line near the top is a byline, a date or another credit; its content goes into `into`."""
    return _take_line(line, into, head=True)


def take_tail(paragraphs: list[str], into: Credits) -> list[str]:
    """The paragraphs less the credits they end with, whose content goes into `into`."""
    rest = list(paragraphs)
    at_head = len(into.notes)
    while rest:
        last = rest[-1]
        if _take_line(last, into, head=False) or boilerplate.is_one(last):
            rest.pop()
            continue
        shorter = _less_tail(last, into)
        if shorter == last:
            break
        rest[-1:] = [shorter] if shorter else []
    into.notes[at_head:] = reversed(into.notes[at_head:])  # they were read from the end
    return rest


def is_line(line: str) -> bool:
    """Whether the line is a byline or another credit and nothing else."""
    return _take_line(line, Credits(), head=True)


def credited(text: str) -> list[str]:
    """Outlets that the text names as its source with a cue: "melansir Reuters", "dikutip dari Kompas.com"."""
    return [found["name"] for found in _CREDITED.finditer(text)]


def _take_line(line: str, into: Credits, *, head: bool) -> bool:
    """Whether the whole line is a credit; its content then is in `into`."""
    if len(line) > 260:
        return False
    if dates.dated_line(line):
        into.published = into.published or line
        return True
    if len(line) <= 160 and _take_fields(line, into, head=head):
        return True
    if head:
        return False
    if _COPYRIGHT.match(line):
        into.copyright = into.copyright or line
        return True
    if _AGENCIES_LINE.fullmatch(line) and len(line) <= 80:
        names = [name.strip() for name in line.split("|")]
        into.sources += _known(line)
        into.byline = into.byline or ", ".join(name.title() for name in names if not _known(name)) or None
        return True
    if appeared := _APPEARED.match(line):
        into.sources.append(appeared["outlet"])
        return True
    return False


def _take_fields(line: str, into: Credits, *, head: bool) -> bool:
    """Reads "Penulis: A | Editor: B", if each piece names a role and names."""
    taken: list[tuple[str, str, str]] = []
    for piece in _PIECES.split(line):
        found = _LINE.match(piece)
        if not found:
            return False
        role, value = _role(found), found["value"].strip(" .,*)")
        if not (_is_name(value) or (role == "source" and not head and len(value) <= 60)):
            return False
        taken.append((role, value, piece))
    for role, value, piece in taken:
        _note(role, value, piece, into)
    return True


def _less_tail(paragraph: str, into: Credits) -> str:
    """The paragraph less the credits it ends with."""
    end = len(paragraph)
    while end:
        start = max(0, end - _TAIL)
        tail = paragraph[start:end].rstrip()
        at = _credit_at_end(tail, into) if tail else 0
        if at is None:
            break
        end = start + at
    return paragraph[:end].rstrip()


def _credit_at_end(tail: str, into: Credits) -> int | None:
    """Where the credit begins that `tail` ends with; None where it ends with none."""
    for pattern, read in _TAILS:
        if (found := pattern.search(tail)) and read(found, into):
            return found.start()
    return None


def _outlet_and_name(found: re.Match[str], into: Credits) -> bool:
    into.sources.append(found[1])
    into.byline = into.byline or found[2].strip()
    return True


def _source_in_brackets(found: re.Match[str], into: Credits) -> bool:
    into.sources.append(found[1].strip())
    return True


def _signature(found: re.Match[str], into: Credits) -> bool:
    """After a stop it signs; "(KPK)" after a name spells that out."""
    before = found.string[: found.start()].rstrip()
    return (not before or before.endswith(_SENTENCE_END)) and _sign(found["initials"], found["inside"], into)


def _agencies_inside(found: re.Match[str], into: Credits) -> bool:
    names = _known(found[0])
    into.sources += names
    return bool(names)


def _role_and_name(found: re.Match[str], into: Credits) -> bool:
    value = found["value"].strip(" .")
    if not _is_name(value):
        return False
    _note(_role(found), value, found[0].strip(), into)
    return True


def _says_translated(found: re.Match[str], into: Credits) -> bool:
    into.translated = True
    into.notes.append(found[0])
    return True


def _appeared_in(found: re.Match[str], into: Credits) -> bool:
    into.sources.append(found["outlet"])
    return True


def _all_rights(found: re.Match[str], into: Credits) -> bool:
    if not found.start():
        return False
    into.copyright = into.copyright or found[0]
    return True


_TAILS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Credits], bool]], ...] = (
    (_OUTLET_AND_NAME, _outlet_and_name),
    (_SOURCE_IN_BRACKETS, _source_in_brackets),
    (_SIGNED, _signature),
    (_AGENCIES_INSIDE, _agencies_inside),
    (_INLINE, _role_and_name),
    (_TRANSLATED, _says_translated),
    (_APPEARED, _appeared_in),
    (_COPYRIGHT, _all_rights),
)


def _sign(initials: str | None, inside: str, into: Credits) -> bool:
    """Reads "(den/dzi)", "(Reuters/dpa/Z-4)", "rzn/as (AP, DW)", "(Nindya Larasati)"; False for others."""
    parts = [part for part in _BETWEEN_NAMES.split(inside.strip()) if part]
    sources = [name for part in parts for name in _known(part)]
    signers = [part for part in parts if not _known(part)]
    lone_name = len(parts) == 1 and 2 <= len(inside.split()) <= 4 and _is_name(inside)
    if not all(map(_INITIALS.fullmatch, signers)) and not lone_name:
        return False
    into.sources += sources
    into.byline = into.byline or initials or "/".join(part for part in signers if part != "*") or None
    return True


def _known(text: str) -> list[str]:
    """The listed agencies among the names in `text`, as their list writes them."""
    names = (name.strip() for name in _BETWEEN_NAMES.split(text))
    return [_KNOWN[name.casefold()] for name in names if name.casefold() in _KNOWN]


def _role(found: re.Match[str]) -> str:
    return _ROLE_OF[(found["key"] or found["bare"]).lower()]


def _note(role: str, value: str, line: str, into: Credits) -> None:
    if role == "byline":
        into.byline = into.byline or value
    elif role == "source":
        into.sources += [name.strip(" .") for name in _BETWEEN_NAMES.split(value) if name.strip(" .")]
    else:
        into.notes.append(line.strip())
        into.translated |= role == "translator"


def _is_name(value: str) -> bool:
    """Whether the value looks like one or more names: few words, each with a capital."""
    tokens = re.findall(r"[^\s,/&()]+", value)
    return (
        0 < len(tokens) <= 8
        and len(value) <= 70
        and all(
            token[0].isupper() or token in _PARTICLES or not token[0].isalpha() or "." in token
            for token in tokens
        )
    )
