"""What a story says about itself in its text: kill, hold, correction, advisory, embargo.

A text cannot name its target for certain: `change` is set, the status stays as it was, and the stage that
knows the other stories decides whether a kill resolves to exactly one of them (NEWSROOM: kills in text).
"""

import re
from datetime import datetime

from processors import dates
from processors.records import Change
from processors.wordlists import table

_WORDS = table("notices.toml")
_KINDS: tuple[Change, ...] = ("kill", "hold", "correction", "advisory")
_FIRST_TOKEN = re.compile(
    r"[\W_]{0,3}(?:"
    + "|".join(f"(?P<{kind}>" + "|".join(map(re.escape, _WORDS[kind])) + ")" for kind in _KINDS)
    + r")(?!\w)"
)
_EMBARGO = re.compile(
    r"[\W_]{0,3}(?:(?:EMBARGO(?:ED)?|Embargo(?:ed)?)(?:\s*:|\s+(?:"
    + "|".join(map(re.escape, _WORDS["embargo"]))
    + r")\b)"
    r"|EMBARGO(?:ED)?[\W_]*$|(?:" + "|".join(map(re.escape, _WORDS["embargo_lines"])) + r")\b)"
)
_LONGEST = 160  # characters; an embargo line is short, prose is not


def change_of(*lines: str | None) -> Change | None:
    """The change that slug, headline or first line announces with its first token, in capitals."""
    for line in lines:
        if line and (found := _FIRST_TOKEN.match(line)):
            return next(kind for kind in _KINDS if found[kind])
    return None


def is_embargo(line: str) -> bool:
    """Whether the line holds the story back: "EMBARGO hingga 25 November 2026 pukul 09.00 WIB"."""
    return len(line) <= _LONGEST and bool(_EMBARGO.match(line))


def embargo_until(line: str) -> datetime | None:
    """The moment that an embargo line names in full; None where it names none."""
    return dates.printed(line)
