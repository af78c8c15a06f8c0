"""The alert rules that hold: of the file that `KAWAT_RULES` names, else the package's own."""

from pathlib import Path

from processors import alert_rules
from processors.alert_rules import Rules
from processors.errors import UsageError


def read(path: Path | None) -> Rules:
    """Raises UsageError with the file, the line and the key of a mistake."""
    if path is None:
        return alert_rules.default()
    try:
        return alert_rules.parse(path.read_text("utf8"), str(path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from None
