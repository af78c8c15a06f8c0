"""Mends gaps that broken markup left: "(Korsel).Pertemuan", 'senjata."Mengingat', "dilansirAntara", "diGaza".

Left alone: domains and addresses (KOMPAS.com), initials (U.S., S.H.,M.H.), numbers (12.30, Rp1.000.000).
"""

import re

from processors.wordlists import table, words

_CREDITS = table("credits.toml")
_ABBREVIATIONS = frozenset(words("abbreviations.txt"))
# fmt: off
_SUFFIXES = frozenset((
    "Com", "Co", "Id", "Net", "Tv", "Org", "News", "COM", "CO", "ID", "NET", "TV", "ORG", "AC", "GO", "OR",
    "PDF", "JPG", "PNG", "HTML", "MP4", "Bank", "BANK",
))
# fmt: on
_REACH = 120  # how far a token is looked at: longer ones are no words

# A stop, then a capital: the word before ends in a lower-case letter, digit, bracket or is an acronym.
_STOP = re.compile(r"([.!?])(?=([A-Z][A-Za-z]{0,20}))(?:(?<=[a-z0-9)\]%].)|(?<=[A-Z]{2}.))")
_CURLY = re.compile(r"(?<=[.!?,])(?=“)|(?<=[.,!?]”)(?=[A-Za-z0-9“])|(?<=[a-z]”)(?=[a-z]{3})")
_COMMA = re.compile(r"([,;])(?<=[a-z0-9)].)(?=[A-Z][a-z])")
_BRACKET = re.compile(r"\)(?<=[A-Z0-9]\))(?=[a-z]{3})")
_CAMEL = re.compile(r"[a-z][A-Z]")
_GLUED_NAME = re.compile(
    r"(?<![\w@#./-])("
    + "|".join(sorted(_CREDITS["glued"], key=len, reverse=True))
    + r")(?=[A-Z](?:[a-z]|[A-Z]))"
)
_GLUED_OUTLET = re.compile(
    r"(?<![\w@#./-])("
    + "|".join(_CREDITS["glued_cues"])
    + r")(?=(?:"
    + "|".join(map(re.escape, _CREDITS["glued_outlets"]))
    + r")\b)"
)
_OPENING_BEFORE = frozenset("([{<'‘“-–—/ \n")
_PUNCTUATION = frozenset(".,!?…")


def mend(text: str) -> str:
    """One paragraph with its gaps mended; only spaces are added."""
    text = _STOP.sub(_after_stop, text)
    if "“" in text or "”" in text:
        text = _CURLY.sub(" ", text)
    if '"' in text:
        text = _mend_straight(text)
    text = _BRACKET.sub(") ", _COMMA.sub(_unless_address, text))
    text = _GLUED_OUTLET.sub(r"\1 ", text)
    return _GLUED_NAME.sub(_unless_address, text) if _CAMEL.search(text) else text


def _after_stop(found: re.Match[str]) -> str:
    text, at = found.string, found.start()
    if found[2] in _SUFFIXES or (len(found[2]) == 1 and found[1] == "."):
        return found[1]
    before = text[max(0, at - _REACH) : at].rsplit(None, 1)[-1:] or [""]
    word = re.split(r"[.(/\"“'-]", before[0])[-1]
    if found[1] == "." and (word in _ABBREVIATIONS or (word.isdigit() and at - len(word) == 0)):
        return found[1]
    if _in_address(text, at):
        return found[1]
    return found[1] + " "


def _unless_address(found: re.Match[str]) -> str:
    return found[1] if _in_address(found.string, found.start()) else f"{found[1]} "


def _in_address(text: str, at: int) -> bool:
    """Whether the token around `at` is a URL, an e-mail address or a path."""
    before = text[max(0, at - _REACH) : at].rsplit(None, 1)[-1:] if at and not text[at - 1].isspace() else []
    after = text[at : at + _REACH].split(None, 1)[:1]
    token = "".join([*before, *after])
    return "://" in token or "www." in token or "@" in token or "?utm" in token


def _mend_straight(text: str) -> str:
    """Spaces around straight quotation marks that stand glued between two words.

    A mark with a space on one side shows what it is; a glued one closes if a quotation is open.
    """
    pieces: list[str] = []
    last, is_open = 0, False
    at = text.find('"')
    while at >= 0:
        before = text[at - 1] if at else " "
        after = text[at + 1] if at + 1 < len(text) else " "
        free_before, free_after = before in _OPENING_BEFORE, not (after.isalnum() or after in "\"“'(@#…")
        if free_before != free_after:
            is_open = free_before
        elif free_before:  # a mark by itself
            is_open = not is_open
        elif is_open:
            if before in _PUNCTUATION or after == '"':
                pieces += [text[last : at + 1], " "]
                last = at + 1
            is_open = False
        else:
            glued = before in _PUNCTUATION or before == '"' or (before.isalpha() and after.isupper())
            if glued and last != at:
                pieces += [text[last:at], " "]
                last = at
            is_open = True
        at = text.find('"', at + 1)
    return "".join([*pieces, text[last:]])
