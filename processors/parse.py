"""From a payload to its articles: read, clean, tell the language, identify."""

import msgspec

from processors import formats
from processors.clean import clean
from processors.dateline import is_foreign
from processors.errors import Reason, Rejected
from processors.identity import identify
from processors.language import detect, normal
from processors.records import Article, Item, Origin


def articles(payload: bytes, origin: Origin) -> list[Article | Rejected]:
    """The articles of a payload; a Rejected among them is one child's of a package.

    `parsed` stays None: there is no clock here. Raises Rejected where the whole payload is refused.
    """
    items = formats.read(payload, format=origin.format)
    several = len(items) > 1
    found = [
        item if isinstance(item, Rejected) else _article(item, origin, part if several else None)
        for part, item in enumerate(items)
    ]
    if len(found) == 1 and isinstance(found[0], Rejected):
        raise found[0]
    return found


def _article(item: Item, origin: Origin, part: int | None) -> Article | Rejected:
    item = clean(item)
    if item.status == "usable" and not (item.body or item.headline):
        return Rejected(Reason.EMPTY, "nothing but page furniture")
    language = normal(item.language) or detect(f"{item.headline or ''}\n{item.body}")
    if language == "id" and _credits_abroad(item):
        item = msgspec.structs.replace(item, translated=True)
    return identify(item, origin, language=language, part=part)


def _credits_abroad(item: Item) -> bool:
    """An Indonesian story that credits an agency abroad speaks its people's words in translation."""
    agency = item.dateline.agency if item.dateline else None
    return any(map(is_foreign, [*item.credited_sources, *([agency] if agency else [])]))
