"""Whether one name is short for another by its letters: Kemhan, BPK, Jokowi, DAPA."""

from collections.abc import Iterable

from processors.spelling import WORD

_SMALL_WORDS = {"dan", "untuk", "di", "of", "the", "and", "for", "on"}


def abbreviates(short: str, long: str) -> bool:
    """Are these the letters of the longer name, its words' initials first?"""
    letters = [char for char in short.casefold() if char.isalnum()]
    words = [word.casefold() for word in WORD.findall(long) if word.casefold() not in _SMALL_WORDS]
    if not letters or len(words) < 2 or len(letters) >= len("".join(words)) or letters[0] != words[0][0]:
        return False
    if not _in_order(letters, "".join(words)):
        return False
    initials = {word[0] for word in words}
    of_initials = sum(letter in initials for letter in letters) * 2 >= len(letters)
    of_syllables = (
        len(letters) > 3 and "".join(letters[:2]) == words[0][:2] and not _in_order(letters, words[0])
    )
    return of_initials or of_syllables


def initials(long: str) -> str:
    """The first letters of a name's words, small words left out; "" for a single word."""
    words = [word.casefold() for word in WORD.findall(long)]
    large = [word for word in words if word not in _SMALL_WORDS]
    return "".join(word[0] for word in large) if len(large) > 1 else ""


def _in_order(letters: Iterable[str], word: str) -> bool:
    rest = iter(word)
    return all(letter in rest for letter in letters)
