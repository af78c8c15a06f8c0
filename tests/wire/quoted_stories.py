"""Stories in which somebody says something, written for the tests."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import msgspec

from processors.records import Document, Mention, Quote
from streams.elastic import indices, sink
from streams.elastic.client import agents_client
from streams.elastic.indices import ARTICLES, QUOTES, VERSIONS
from streams.settings import Settings
from tests.wire.elastic_stories import NOON, story

NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def said(
    body: str, text: str, speaker: str | None, *, printed: str = "", cue: str = "", **more: Any
) -> Quote:
    """A quote of a body that has its words, the speaker's mention and the cue exactly there."""
    start = body.index(text)
    fields: dict[str, Any] = {
        "text": text, "start": start, "end": start + len(text), "kind": "direct", "speaker": speaker,
        "speaker_method": "explicit" if speaker else None, "speaker_mention": _mention(body, printed),
        "cue": _mention(body, cue),
    }  # fmt: skip
    return Quote(**(fields | more))


def told(item_id: str, minute: int, body: str, *quotes: Quote, **more: Any) -> Document:
    """A story with these quotes."""
    return msgspec.structs.replace(story(item_id, minute, body=body, **more), quotes=list(quotes))


def index(settings: Settings, *documents: Document) -> None:
    """Makes each part of its story, one after the other, and lets searches see them."""

    async def write() -> None:
        async with agents_client(settings) as client:
            await indices.set_up(client, settings)
            for each in documents:
                assert await sink.write(client, settings, [each]) == [None]
            for alias in (ARTICLES, VERSIONS, QUOTES):
                await client.indices.refresh(index=settings.named(alias))

    asyncio.run(write())


def _mention(body: str, text: str) -> Mention | None:
    start = body.index(text)
    return Mention(start=start, end=start + len(text), text=text) if text else None


DENIAL_BODY = """\
Presiden Rusia Vladimir Putin mengatakan negaranya tidak mengirim persenjataan ke Pyongyang.

“Kami menaati semua kesepakatan,” ujarnya. Juru bicara Kremlin menyebut tuduhan itu mengada-ada."""
DENIAL = told(
    "denial", 0, DENIAL_BODY,
    said(DENIAL_BODY, "negaranya tidak mengirim persenjataan ke Pyongyang", "Vladimir Putin",
         speaker_id="per:vladimir-putin", kind="indirect", printed="Vladimir Putin", cue="mengatakan"),
    said(DENIAL_BODY, "Kami menaati semua kesepakatan,", "Vladimir Putin",
         speaker_id="per:vladimir-putin", speaker_method="coreference", printed="ujarnya", cue="ujarnya"),
    said(DENIAL_BODY, "tuduhan itu mengada-ada", "juru bicara Kremlin", kind="indirect",
         speaker_method="role", printed="Juru bicara Kremlin", cue="menyebut"),
    headline="Putin bantah kirim senjata ke Korea Utara", byline="Sari Wulandari", translated=True,
    url="https://garuda.example/denial", credited_sources=["Interfax"], fingerprint="f1",
)  # fmt: skip

RICE_BODY = "Harga beras akan turun bulan depan, kata Jokowi. Menhan menyebut gudang “penuh”."
RICE = told(
    "rice", 10, RICE_BODY,
    said(RICE_BODY, "Harga beras akan turun bulan depan,", "Jokowi", speaker_id="per:joko-widodo",
         kind="indirect", printed="Jokowi", cue="kata"),
    said(RICE_BODY, "gudang “penuh”", "Rini Soemarno", speaker_id="per:rini-soemarno", kind="mixed",
         speaker_method="role", printed="Menhan", cue="menyebut"),
    headline="Harga beras", source="nusantara", id="nusantara:rice",
)  # fmt: skip

ARMS_BODY = 'The United States said it had signed no deal. "Nothing is secret," Ana Wu of the UN said.'
ARMS = told(
    "arms", 20, ARMS_BODY,
    said(ARMS_BODY, "it had signed no deal", "United States", speaker_id="US", kind="indirect",
         printed="United States", cue="said"),
    said(ARMS_BODY, "Nothing is secret,", "UN", speaker_id="org:un", printed="UN", cue="said"),
    language="en", headline="Washington denies arms shipments",
)  # fmt: skip


def short(item_id: str, minute: int, text: str = "Kami sepakat", **more: Any) -> Document:
    """A story of one quote without a speaker."""
    body = more.pop("body", f"Dalam rapat itu terdengar: “{text}”.")
    return told(item_id, minute, body, said(body, text, None), **more)


HELD = short("held", 30, "Kata yang ditahan", status="withheld")
EMBARGOED = short("later", 40, "Kata bulan depan", embargo_until=NEVER)
RELEASED = short("released", 50, "Kata kemarin", embargo_until=NOON)
WIRE = (DENIAL, RICE, ARMS, HELD, EMBARGOED, RELEASED)
