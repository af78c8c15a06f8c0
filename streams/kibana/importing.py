"""Sends the saved objects to a Kibana.

https://www.elastic.co/docs/api/doc/kibana/operation/operation-post-saved-objects-import
"""

import asyncio
import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from processors.errors import ServiceError, UsageError
from streams.kibana.objects import DASHBOARD, ndjson
from streams.settings import Settings

_SECONDS = 60.0
_MADE_FOR = ("8.19", "9.")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Imported:
    version: str  # Kibana's
    count: int
    dashboard: str  # its address

    @property
    def is_known(self) -> bool:
        """Whether the objects were made for such a Kibana."""
        return self.version.startswith(_MADE_FOR)


def imported(settings: Settings, url: str) -> Imported:
    """Creates the objects or replaces them; doing it again changes nothing.

    Raises UsageError where `url` is none, ServiceError where Kibana does not answer or refuses.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError("--kibana takes an address: http://127.0.0.1:5601")
    shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl().rstrip("/")
    try:
        return asyncio.run(_import(settings, url.rstrip("/"), shown))
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise ServiceError(f"Kibana does not answer at {shown}") from None


async def _import(settings: Settings, url: str, shown: str) -> Imported:
    headers = {"kbn-xsrf": "kawat"}
    if settings.kibana_api_key:
        headers["Authorization"] = f"ApiKey {settings.kibana_api_key}"
    trusted = ssl.create_default_context(cafile=settings.elasticsearch_ca_certs)
    limit = aiohttp.ClientTimeout(total=_SECONDS)
    connector = aiohttp.TCPConnector(ssl=trusted)
    async with aiohttp.ClientSession(headers=headers, timeout=limit, connector=connector) as session:
        async with session.get(f"{url}/api/status") as answer:
            status = await _read(answer, shown)
        form = aiohttp.FormData()
        form.add_field(
            "file", ndjson(settings).encode(), filename="kawat.ndjson", content_type="application/ndjson"
        )
        address = f"{url}/api/saved_objects/_import?overwrite=true"
        async with session.post(address, data=form) as answer:
            result = await _read(answer, shown)
    _refuse_failures(result, shown)
    version = str(status.get("version", {}).get("number", "of an unknown version"))
    dashboard = f"{shown}/app/dashboards#/view/{settings.named(DASHBOARD)}"
    return Imported(version, int(result.get("successCount", 0)), dashboard)


async def _read(answer: aiohttp.ClientResponse, shown: str) -> Json:
    if answer.status in (401, 403):
        raise ServiceError(f"Kibana at {shown} refuses access ({answer.status}): check KAWAT_KIBANA_API_KEY")
    try:
        said: Any = await answer.json(content_type=None)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise ServiceError(f"what answers at {shown} is no Kibana ({answer.status})")
    if answer.status >= 400:
        raise ServiceError(f"Kibana at {shown} refused ({answer.status}): {_line(said.get('message'))}")
    return said


def _refuse_failures(result: Json, shown: str) -> None:
    if result.get("success"):
        return
    errors: list[Json] = result.get("errors") or [{}]
    first = errors[0]
    why = first.get("error", {})
    what = f"{first.get('type')} {first.get('id')}"
    raise ServiceError(
        f"Kibana at {shown} took {result.get('successCount', 0)} objects and refused {len(errors)}, "
        f"the first: {what}: {_line(why.get('message') or why.get('type'))}"
    )


def _line(text: object) -> str:
    return " ".join(str(text or "it does not say why").split())[:300]
