"""The user's gazetteer, read from the file that `KAWAT_GAZETTEER` names."""

from pathlib import Path

from processors.errors import UsageError
from processors.gazetteer import EMPTY, Gazetteer, parse


def read(path: Path | None) -> Gazetteer:
    """An empty one where no file is named. Raises UsageError with the file and the line of a mistake."""
    if path is None:
        return EMPTY
    try:
        return parse(path.read_text("utf8"), str(path))
    except OSError as error:
        raise UsageError(f"KAWAT_GAZETTEER: {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None
