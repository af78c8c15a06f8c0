"""Which names a feed passes over, and how a name becomes part of a locator."""

TEMPORARY = ("~", ".tmp", ".temp", ".part", ".partial", ".crdownload", ".filepart", ".swp", ".lock")


def is_passed_over(name: str) -> bool:
    """Hidden files, and names under which programs write what is not complete yet."""
    return (name.startswith(".") and name not in (".", "..")) or name.lower().endswith(TEMPORARY)


def printable(name: str) -> str:
    """The name as text that fits a header and a terminal: bytes that are no UTF-8 and control
    characters as backslash escapes, everything else as it is."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in name
    )
