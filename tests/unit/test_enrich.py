"""An article in, a document out, with the shipped model."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.enrich import Enricher
from processors.records import Article, Document

RECEIVED = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
BODY = (
    "Presiden Rusia Vladimir Putin menerima pemimpin Korea Utara Kim Jong Un di Vladivostok, Selasa.\n\n"
    '"Kami membahas kerja sama di segala bidang," kata Putin kepada wartawan. Ia tidak menyebut senjata.\n\n'
    '"Semua berjalan sesuai rencana 👍," ujarnya.'
)


@pytest.fixture(scope="module")
def enricher() -> Enricher:
    return Enricher()


def article(body: str = BODY, **changes: Any) -> Article:
    story = Article(
        id="uji:1", item_id="1", source="uji", format="text", body=body, version=1, order=1, live=True,
        received=RECEIVED, parsed=RECEIVED, language="id", headline="Putin Terima Kim",
    )  # fmt: skip
    return msgspec.structs.replace(story, **changes)


def test_a_document_is_its_article_with_entities_quotes_and_the_model_that_made_them(
    enricher: Enricher,
) -> None:
    document = enricher.enrich([article()])[0]
    assert (document.id, document.headline, document.body) == ("uji:1", "Putin Terima Kim", BODY)
    assert [(quote.text, quote.speaker, quote.speaker_method) for quote in document.quotes] == [
        ("Kami membahas kerja sama di segala bidang,", "Vladimir Putin", "explicit"),
        ("Semua berjalan sesuai rencana 👍,", "Vladimir Putin", "implied"),
    ]
    assert {"RU", "KP", "per:vladimir-putin", "per:kim-jong-un"} <= {
        entity.id for entity in document.entities
    }
    assert document.quotes[0].speaker_id == "per:vladimir-putin"
    assert document.pipeline.model == enricher.tagger.revision
    assert (document.timings.received, document.timings.parsed, document.timings.enriched) == (
        RECEIVED,
        RECEIVED,
        None,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "canceled", "change": "kill"},
        {"language": "fr"},
        {"language": "und"},
        {"body": ""},
        {"body": " \n"},
    ],
    ids=["killed", "French", "language unknown", "empty", "blank"],
)
def test_what_cannot_be_read_passes_through_without_invention(
    enricher: Enricher, changes: dict[str, Any]
) -> None:
    document = enricher.enrich([article(**changes)])[0]
    assert (document.entities, document.quotes) == ([], [])
    assert document.id == "uji:1"


@pytest.mark.parametrize("change", ["kill", "hold", "advisory"])
def test_notices_are_never_mined_for_quotes(enricher: Enricher, change: str) -> None:
    assert enricher.enrich([article(change=change, status="withheld")])[0].quotes == []


def test_documents_come_in_the_order_of_their_articles(enricher: Enricher) -> None:
    articles = [article(id=f"uji:{n}", language="fr" if n % 2 else "id") for n in range(4)]
    assert [document.id for document in enricher.enrich(articles)] == ["uji:0", "uji:1", "uji:2", "uji:3"]


def test_english_copy_has_its_quotes_too(enricher: Enricher) -> None:
    body = (
        'Russian President Vladimir Putin met reporters on Tuesday.\n\n"We discussed everything," Putin said.'
    )
    quotes = enricher.enrich([article(body, language="en")])[0].quotes
    assert [(quote.text, quote.speaker_mention and quote.speaker_mention.text) for quote in quotes] == [
        ("We discussed everything,", "Putin")
    ]


WORDS = ["Kim Jong Un", " mengatakan ", "ujarnya", ", kata Budi. ", "AS", "é", "e\u0301", "👩\u200d👧", "𝕏"]
MARKS = ['"', "“", "”", "'", "(", ")", "\n\n", "\u00a0", "\u200b"]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS + MARKS), max_size=60).map("".join))
def test_every_offset_points_at_its_text(enricher: Enricher, body: str) -> None:
    check(enricher.enrich([article(body)])[0])


def check(document: Document) -> None:
    spans = [mention for entity in document.entities for mention in entity.mentions]
    for quote in document.quotes:
        spans += [span for span in (quote.speaker_mention, quote.cue) if span]
        assert document.body[quote.start : quote.end] == quote.text
    for span in spans:
        assert document.body[span.start : span.end] == span.text
