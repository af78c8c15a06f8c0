"""Texts that no wire sends on purpose and that pass nevertheless."""

STRANGE = (
    "",
    " \n\t ",
    '"',
    '"""“”‘’',
    ".",
    "...",
    "\x00\x01\x7f",
    "\u200b\ufeff",
    "\u0301",
    "e\u0301 K\u0301im",
    "👨‍👩‍👧 😀",
    "北京大学。",
)
