"""Makes the wire: for every deal the steps in which it is told, as ninjs payloads."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BEGIN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sent:
    """One payload and its place in the feed. The locator says source, deal, step and version."""

    locator: str
    payload: bytes
    deal: str
    step: str
    version: int


def wire(embargo_until: datetime) -> list[Sent]:
    """The whole wire in the order of its versions' times: 14 payloads for each deal."""
    deals = tomllib.loads((_HERE / "deals.toml").read_text("utf8"))["deals"]
    steps = tomllib.loads((_HERE / "stories.toml").read_text("utf8"))["steps"]
    sent = sorted(_told(deals, steps, embargo_until), key=lambda each: each[0])
    return [each for _, each in sent]


def _told(
    deals: list[dict[str, str]], steps: list[dict[str, Any]], embargo_until: datetime
) -> Iterator[tuple[datetime, Sent]]:
    for number, deal in enumerate(deals):
        for step in steps:
            at = BEGIN + timedelta(minutes=step["minutes"] + 7 * number)
            yield at, _sent(deal, step, at, embargo_until)


def _sent(deal: dict[str, str], step: dict[str, Any], at: datetime, embargo_until: datetime) -> Sent:
    version = step.get("version", 1)
    status = "canceled" if "kill" in step else "withheld" if "withhold" in step else "usable"
    fields = {
        "uri": f"urn:newsml:{step['source']}.example:{deal['name']}-{step['id']}",
        "version": str(version),
        "versioncreated": at.isoformat(),
        "pubstatus": status,
        "language": "id",
        "headline": step["headline"].format(**deal),
        "body_text": step["body"].format(**deal),
    }
    if "credit" in step:
        fields["infosource"] = step["credit"]
    if "signal" in step:
        fields["signal"] = step["signal"]
    if "embargo" in step:
        fields["embargoed"] = embargo_until.isoformat()
    locator = f"{step['source']}/{deal['name']}-{step['id']}.{version}.json"
    payload = json.dumps(fields, ensure_ascii=False).encode()
    return Sent(locator, payload, deal["name"], step["id"], version)
