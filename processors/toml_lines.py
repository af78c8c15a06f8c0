"""In which line of a TOML file a key is written, which Python's own reader does not say."""

import re
import tomllib

Place = tuple[()] | tuple[str, int] | tuple[str, str]  # top; the n-th [[rule]]; [channels.NAME]

_TABLES = re.compile(r"\s*\[\[\s*([\w-]+)\s*\]\]")
_TABLE = re.compile(r"\s*\[\s*([\w-]+)\s*\.\s*(?:\"([^\"]+)\"|'([^']+)'|([\w-]+))\s*\]")
_OTHER = re.compile(r"\s*\[[^\[]")
_KEY = re.compile(r"\s*(?:\"([^\"]+)\"|'([^']+)'|([\w-]+))\s*(?:\.[^=]*)?=")
_AT = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)")


class Lines:
    """Where the tables of a file and their keys begin; lines count from 1."""

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[Place, str | None], int] = {((), None): 1}
        counts: dict[str, int] = {}
        place: Place = ()
        for number, line in enumerate(text.splitlines(), 1):
            if tables := _TABLES.match(line):
                counts[tables[1]] = counts.get(tables[1], -1) + 1
                place = (tables[1], counts[tables[1]])
                self._lines[place, None] = number
            elif table := _TABLE.match(line):
                place = (table[1], table[2] or table[3] or table[4])
                self._lines[place, None] = number
            elif not _OTHER.match(line) and (key := _KEY.match(line)):
                self._lines.setdefault((place, key[1] or key[2] or key[3]), number)

    def of(self, place: Place, key: str | None) -> int:
        """The line of a key, else of its table, else 1."""
        tried = ((place, key), (place, None), ((), place[0] if place else None), ((), None))
        return next(self._lines[each] for each in tried if each in self._lines)


def header(place: Place) -> str:
    """The table as it is written: `[[rule]]`, `[channels.desk]`."""
    if not place:
        return ""
    return f"[[{place[0]}]]" if isinstance(place[1], int) else f"[{place[0]}.{place[1]}]"


def told(error: tomllib.TOMLDecodeError, source: str) -> str:
    """Python's complaint with the line where a reader looks for it."""
    found = _AT.fullmatch(str(error))
    if not found:
        return f"{source}: not TOML: {error}"
    return f"{source}:{found[2] or 'end'}: not TOML: {found[1]}"
