"""ninjs 1.x, 2.x and 3.x (iptc.org/std/ninjs) and Superdesk's dialect of it.

Names differ by version: 1.x `headline`, `body_<type>`, `byline`; 2.x arrays `headlines`, `bodies`, `by`;
3.x the arrays in camelCase, `embargoedUntil` for `embargoed`. Superdesk has `guid`, `signal`, `evolvedfrom`.
Associations are other items: their status and embargo are never the parent's. `firstcreated` is no identity.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from processors import dates, markup
from processors.errors import Reason, Rejected
from processors.formats import json_value
from processors.identity import UNTIL_FURTHER_NOTICE
from processors.records import Change, Dateline, Item, Status

NAME = "ninjs"

_ID_KEYS = ("uri", "guid")
# fmt: off
_OTHER_KEYS = frozenset((
    "pubstatus", "pubStatus", "versioncreated", "versionCreated", "firstcreated", "headline", "headlines",
    "bodies", "body_text", "body_html", "body_xhtml", "associations", "representationtype",
    "representationType", "usageterms", "usageTerms", "$standard", "standard",
))
# fmt: on
_KEYS_IN_BYTES = re.compile(
    rb'"(?:uri|guid|pubstatus|pubStatus|versioncreated|versionCreated|body_x?html|bodies)"\s*:'
)
_STATUS: dict[str, Status] = {
    "usable": "usable",
    "withheld": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
    # Outside the standard, met in the wild:
    "published": "usable",
    "corrected": "usable",
    "embargoed": "usable",  # the embargo says the rest
    "killed": "canceled",
    "recalled": "canceled",
}
_CHANGE_OF_STATUS: dict[Status, Change] = {"usable": "new", "withheld": "hold", "canceled": "kill"}
_CHANGE_OF_SIGNAL: dict[str, Change] = {"correction": "correction", "update": "update"}
_BODIES = ("body_xhtml", "body_html", "body_richtext", "body_text")
_MARKED_UP = re.compile(r"html|xml|rich", re.IGNORECASE)
_NO_BODY_ROLES = frozenset(("summary", "teaser", "caption", "abstract", "headline"))
_AUTHORITY = re.compile(r"(?:urn:newsml:|tag:)([^:,/]+)", re.IGNORECASE)

Node = dict[str, Any]


def sniff(payload: bytes) -> float:
    """Sure of an object, or an array of objects, with an id and a key of ninjs; half sure of a broken one."""
    if not json_value.opens(payload):
        return 0.0
    try:
        value = json_value.load(payload)
    except Rejected:
        return 0.6 if len(set(_KEYS_IN_BYTES.findall(payload[:65536]))) > 1 else 0.0
    nodes = value if isinstance(value, list) else [value]
    return 1.0 if nodes and any(map(_is_ninjs, nodes)) else 0.0


def parse(payload: bytes) -> list[Item | Rejected]:
    """The story, or those of a package: a composite's associations that carry text, each on its own."""
    value = json_value.load(payload)
    nodes = value if isinstance(value, list) else [value]
    found = [item for node in nodes for item in _stories(node)]
    if not found:
        raise Rejected(Reason.MALFORMED, "ninjs: an empty array")
    if len(found) == 1 and isinstance(found[0], Rejected):
        raise found[0]
    return found


def _is_ninjs(value: object) -> bool:
    return (
        isinstance(value, dict)
        and any(key in value for key in _ID_KEYS)
        and not _OTHER_KEYS.isdisjoint(value)
    )


def _stories(node: object) -> Iterator[Item | Rejected]:
    children = [child for child in _children(node) if _has_text(child)]
    if not children or _has_text(node) or _status(node) == "canceled":
        yield _attempt(node)
    for child in children:
        yield _attempt(child)


def _children(node: object) -> list[object]:
    """The members of a package; an association of anything else is an illustration or another story."""
    if not isinstance(node, dict) or node.get("type") != "composite":
        return []
    members = node.get("associations")
    values = (
        list(members.values()) if isinstance(members, dict) else members if isinstance(members, list) else []
    )
    return [
        child
        for child in values
        if isinstance(child, dict) and child.get("type", "text") in ("text", "composite")
    ]


def _has_text(node: object) -> bool:
    return isinstance(node, dict) and bool(_body(node) is not None or _main(node, "headline", "headlines"))


def _attempt(node: object) -> Item | Rejected:
    try:
        return _item(node)
    except Rejected as error:
        return error


def _item(node: object) -> Item:
    if not isinstance(node, dict):
        raise Rejected(Reason.MALFORMED, f"ninjs: an item is a {type(node).__name__}, not an object")
    status = _status(node)
    headline = _main(node, "headline", "headlines") or _text(node, "title")
    body = _body(node)
    if body is None:
        body = _main(node, "description_text", "descriptions") or ""
    if not (body.strip() or headline or status != "usable"):
        raise Rejected(
            Reason.MALFORMED,
            f"ninjs: no headline and no body in {_identifier(node) or 'an item without uri'}",
        )
    located = _text(node, "located")
    return Item(
        format=NAME,
        body=body,
        item_id=_identifier(node),
        provider=_provider(node),
        version=_version(node),
        version_time=dates.iso(_any(node, "versioncreated", "versionCreated")),
        status=status,
        provider_status=_text(node, "pubstatus", "pubStatus"),
        change=_change(node, status),
        corrects=_text(node, "evolvedfrom"),
        embargo_until=_embargo(node),
        language=_text(node, "language"),
        headline=markup.text(headline) if headline and markup.LOOKS_LIKE.search(headline) else headline,
        slugline=_text(node, "slugline"),
        byline=_text(node, "byline", "by"),
        dateline=Dateline(place=located) if located else None,
        published=_first_time(
            node, "firstpublished", "contentcreated", "contentCreated", "versioncreated", "versionCreated"
        ),
        urgency=_urgency(node),
        keywords=_names(node, "keywords"),
        subjects=_names(node, "subject", "subjects"),
        genre=next(iter(_names(node, "genre", "genres")), None),
        ednote=_text(node, "ednote", "edNote"),
        usage_terms=_text(node, "usageterms", "usageTerms"),
        copyright=_text(node, "copyrightnotice", "copyrightNotice", "copyrightholder", "copyrightHolder"),
        url=_url(node),
        credited_sources=_names(node, "infosource", "infosources", "infoSources"),
    )


def _any(node: Node, *keys: str) -> object:
    return next((node[key] for key in keys if node.get(key) not in (None, "")), None)


def _text(node: Node, *keys: str) -> str | None:
    value = _any(node, *keys)
    return value.strip() or None if isinstance(value, str) else None


def _identifier(node: Node) -> str | None:
    """Superdesk's guid names the story where it stands beside a uri that is only its address."""
    return _text(node, "guid", "uri")


def _provider(node: Node) -> str | None:
    """Who issues the id. Not the copyright holder: a kill may leave it out and must meet its story."""
    identifier = _identifier(node) or ""
    if found := _AUTHORITY.match(identifier):
        return found[1]
    try:
        return urlsplit(identifier).hostname if "://" in identifier else None
    except ValueError:
        return None


def _version(node: Node) -> int | None:
    value = node.get("version")
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15 else None


def _status(node: object) -> Status:
    """The item's own status; absent means usable. One outside the standard is withheld: safe, and visible."""
    said = _text(node, "pubstatus", "pubStatus") if isinstance(node, dict) else None
    if not said:
        return "usable"
    return _STATUS.get(said.lower().rsplit(":", 1)[-1].rsplit("/", 1)[-1], "withheld")


def _change(node: Node, status: Status) -> Change:
    if status != "usable":
        return _CHANGE_OF_STATUS[status]
    signals = node.get("signal")
    for signal in signals if isinstance(signals, list) else [signals]:
        said = _any(signal, "qcode", "code", "uri", "literal", "name") if isinstance(signal, dict) else signal
        word = re.split(r"[:/]", said)[-1].lower() if isinstance(said, str) else ""
        if word in _CHANGE_OF_SIGNAL:
            return _CHANGE_OF_SIGNAL[word]
    return "update" if _text(node, "evolvedfrom") else "new"


def _embargo(node: Node) -> datetime | None:
    said = _any(node, "embargoed", "embargoedUntil")
    status = _text(node, "pubstatus", "pubStatus") or ""
    if not said and status.lower() != "embargoed":
        return None
    return dates.iso(said) or UNTIL_FURTHER_NOTICE


def _first_time(node: Node, *keys: str) -> datetime | None:
    return next((moment for key in keys if (moment := dates.iso(node.get(key)))), None)


def _urgency(node: Node) -> int | None:
    value = node.get("urgency")
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 9 else None


def _url(node: Node) -> str | None:
    return next(
        (
            url
            for key in ("href", "url", "uri")
            if (url := _text(node, key)) and url.startswith(("http://", "https://"))
        ),
        None,
    )


def _names(node: Node, *keys: str) -> list[str]:
    """The names, else the codes, of an array of strings or concepts."""
    value = _any(node, *keys)
    found: list[str] = []
    for entry in value if isinstance(value, list) else [value]:
        name = _text(entry, "name", "literal", "code", "uri") if isinstance(entry, dict) else entry
        if isinstance(name, str) and name.strip():
            found.append(name.strip())
    return list(dict.fromkeys(found))


def _main(node: Node, single: str, several: str) -> str | None:
    """The text of `single`, or of the main entry of the array `several`."""
    if said := _text(node, single):
        return said
    entries = [entry for entry in _entries(node, several) if _text(entry, "value")]
    main = next(
        (entry for entry in entries if (_text(entry, "role") or "main") in ("main", "headline")), None
    )
    if chosen := main or next(iter(entries), None):
        return _text(chosen, "value")
    return next((_text(node, key) for key in node if key.startswith(f"{single}_") and _text(node, key)), None)


def _entries(node: Node, key: str) -> list[Node]:
    value = node.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _body(node: Node) -> str | None:
    """The body as plain text, from markup where there is any: it keeps the paragraphs. None: no body."""
    found = [(value, bool(_MARKED_UP.search(key))) for key in _body_keys(node) if (value := _text(node, key))]
    for entry in _entries(node, "bodies"):
        value = _text(entry, "value")
        if value and (_text(entry, "role") or "") not in _NO_BODY_ROLES:
            kind = f"{_text(entry, 'contenttype', 'contentType') or ''} {_text(entry, 'role') or ''}"
            found.append((value, bool(_MARKED_UP.search(kind))))
    if not found:
        return None
    value, marked_up = next((pair for pair in found if pair[1]), found[0])
    return markup.text(value) if marked_up or re.search(r"<(?:p|br|div)\b", value[:2000]) else value


def _body_keys(node: Node) -> list[str]:
    others = [key for key in node if key.startswith("body_") and key not in _BODIES]
    return [key for key in (*_BODIES, *others) if key in node]
