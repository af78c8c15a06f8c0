"""Reads the word lists that lie beside the languages, `languages/<code>/<name>`: Indonesian, then English."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("id", "en")


def _read(language: str, name: str) -> str:
    path = files("processors") / "languages" / language / name
    return path.read_text("utf8") if path.is_file() else ""


@cache
def words(name: str, language: str | None = None) -> tuple[str, ...]:
    """The entries of a .txt list, one a line, `#` begins a comment; of one language or of all."""
    lines = (
        line.strip()
        for code in LANGUAGES
        if language in (None, code)
        for line in _read(code, name).splitlines()
    )
    return tuple(dict.fromkeys(line for line in lines if line and not line.startswith("#")))


@cache
def table(name: str) -> dict[str, Any]:
    """A .toml file of all languages in one: lists are joined, tables merged."""
    merged: dict[str, Any] = {}
    for code in LANGUAGES:
        for key, value in tomllib.loads(_read(code, name)).items():
            if isinstance(value, list):
                merged[key] = [*merged.get(key, []), *value]
            elif isinstance(value, dict):
                merged[key] = {**merged.get(key, {}), **value}
            else:
                merged[key] = value
    return merged
