"""Did you mean: the known name that is nearest to a misspelt one."""

from collections.abc import Iterable
from difflib import get_close_matches


def suggestion(name: str, known: Iterable[str]) -> str:
    """`did you mean "…"?`; "" where nothing is near."""
    names = {each.casefold(): each for each in known}
    near = get_close_matches(name.casefold(), names, n=1, cutoff=0.7)
    return f'did you mean "{names[near[0]]}"?' if near else ""
