"""Annotated articles are read strictly, and what the enrichment found is held against them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import agreement, annotations
from processors.agreement import Measure, MethodMeasure, Mistake, QuoteMeasure
from processors.annotations import AnnotatedEntity, AnnotatedQuote, Annotation
from processors.errors import UsageError
from processors.records import (
    Document,
    Entity,
    EntityType,
    Mention,
    Pipeline,
    Quote,
    QuoteKind,
    SpeakerMethod,
    Timings,
)

TEXT = (
    "Menteri Pertahanan Arman Wijaya meninjau galangan kapal di Surabaya, Senin. "
    '"Kapal ini selesai tahun depan," kata Arman. Ia menambahkan bahwa biayanya tidak naik. '
    "Arman Wijaya tiba di Surabaya dengan kereta."
)
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def document(
    quotes: list[Quote] | None = None, entities: list[Entity] | None = None, body: str = TEXT
) -> Document:
    return Document(
        format="text",
        body=body,
        id="wire:1",
        source="wire",
        item_id="1",
        version=1,
        order=1,
        live=True,
        received=NOW,
        language="id",
        entities=entities or [],
        quotes=quotes or [],
        timings=Timings(received=NOW),
        pipeline=Pipeline(schema=1, model="none"),
    )


def quote(
    text: str,
    speaker: str | None = None,
    kind: QuoteKind = "direct",
    method: SpeakerMethod | None = None,
    body: str = TEXT,
) -> Quote:
    start = max(body.find(text), 0)
    return Quote(
        text=text, start=start, end=start + len(text), kind=kind, speaker=speaker, speaker_method=method
    )


def entity(id: str, kind: EntityType, *texts: str, body: str = TEXT) -> Entity:
    """An entity whose mentions are all occurrences of the texts."""
    places = [
        (at, at + len(text), text) for text in texts for at in range(len(body)) if body.startswith(text, at)
    ]
    mentions = [Mention(start=start, end=end, text=text) for start, end, text in sorted(places)]
    return Entity(id=id, name=texts[0], type=kind, mentions=mentions)


def annotated(*quotes: AnnotatedQuote, entities: list[AnnotatedEntity] | None = None) -> Annotation:
    return Annotation([*quotes], entities)


def figures(annotation: Annotation, found: Document, text: str = TEXT) -> agreement.Figures:
    return agreement.figures([agreement.compare("a1", text, annotation, found)])


def mistakes(annotation: Annotation, found: Document) -> list[Mistake]:
    return agreement.compare("a1", TEXT, annotation, found).mistakes


# --- the file -----------------------------------------------------------------------


def test_an_annotation_is_read_and_what_is_not_scored_is_passed_over() -> None:
    content = """\ufeff{"id": "a1", "quotes": [{"text": "Kapal ini selesai", "kind": "direct",
        "speaker": null, "speaker_mention": "Arman", "cue": "kata"}],
        "arms": {"relevant": false, "mentions": []},
        "entities": [{"name": "Surabaya", "type": "LOC", "forms": ["Surabaya"]}]}"""
    assert annotations.read(content.encode(), "a1.json") == Annotation(
        [AnnotatedQuote("Kapal ini selesai", "direct", None, "Arman", "kata")],
        [AnnotatedEntity("Surabaya", "LOC", ["Surabaya"])],
    )
    assert annotations.read(b'{"quotes": []}', "a1.json") == Annotation([], None)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "a1.json: Input data was truncated"),
        (b'{"quotes": [', "a1.json: Input data was truncated"),
        (b'{"quotes": [}', "a1.json: JSON is malformed: invalid character (byte 12)"),
        (b"{}", "a1.json: Object missing required field `quotes`"),
        (b'{"quotes": null}', "a1.json: Expected `array`, got `null` - at `$.quotes`"),
        (
            b'{"quotes": [{"text": "Ya", "kind": "scare"}]}',
            "a1.json: Invalid enum value 'scare' - at `$.quotes[0].kind`",
        ),
        (
            b'{"quotes": [{"text": "", "kind": "direct"}]}',
            "a1.json: Expected `str` of length >= 1 - at `$.quotes[0].text`",
        ),
        (
            b'{"quotes": [], "entities": [{"name": "A", "type": "PER", "forms": [""]}]}',
            "a1.json: Expected `str` of length >= 1 - at `$.entities[0].forms[0]`",
        ),
    ],
)
def test_a_broken_annotation_is_named_on_one_line(content: bytes, complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        annotations.read(content, "a1.json")
    assert str(caught.value) == complaint


def test_an_annotation_in_another_encoding_is_named() -> None:
    with pytest.raises(UsageError, match=r"^a1\.json: "):
        annotations.read('{"quotes": [{"text": "Café", "kind": "direct"}]}'.encode("latin-1"), "a1.json")


# --- quotes -------------------------------------------------------------------------


def test_quotes_are_the_same_where_four_fifths_of_their_words_are() -> None:
    assert agreement.matches(["satu dua tiga empat"], ["Satu, dua, TIGA!"]) == [(0, 0)]  # 2 * 3 / 7
    assert agreement.matches(["satu dua tiga empat lima"], ["satu dua tiga empat enam"]) == [(0, 0)]  # 0.8
    assert agreement.matches(["satu dua tiga empat"], ["satu dua tiga lima"]) == []  # 0.75
    assert agreement.matches(["ya ya ya"], ["ya"]) == []  # a word counts as often as it is there
    assert agreement.matches(["…"], ["…"]) == []


def test_quotes_match_one_to_one_and_the_most_alike_first() -> None:
    wanted = ["kapal itu tiba hari Senin pagi", "kapal itu tiba hari Senin"]
    assert agreement.matches(wanted, ["kapal itu tiba hari Senin", "kapal itu tiba hari Senin"]) == [
        (1, 0),
        (0, 1),
    ]
    assert agreement.matches(["ya", "ya", "ya"], ["ya", "ya"]) == [(0, 0), (1, 1)]


def test_direct_quotes_are_held_apart_from_reported_ones() -> None:
    annotation = annotated(
        AnnotatedQuote("Kapal ini selesai tahun depan", "direct", "Arman Wijaya"),
        AnnotatedQuote("biayanya tidak naik", "indirect", "Arman Wijaya"),
        AnnotatedQuote("kereta itu penuh", "mixed", "Arman Wijaya"),
    )
    found = document(
        [
            quote("Kapal ini selesai tahun depan,", "Arman Wijaya", "direct", "coreference"),
            quote("Surabaya", "Surabaya", "direct"),
            quote("biayanya tidak naik", "Arman Wijaya", "mixed", "explicit"),  # indirect or mixed: the same
        ]
    )
    scored = figures(annotation, found)
    assert scored.direct == QuoteMeasure(50.0, 100.0, 66.7, wanted=1, found=2, right=1, speaker=100.0)
    assert scored.reported == QuoteMeasure(100.0, 50.0, 66.7, wanted=2, found=1, right=1, speaker=100.0)
    assert (scored.names, scored.links) == (None, None)


# --- speakers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Arman Wijaya", "Arman Wijaya", True),
        ("Arman Wijaya", "arman", True),  # half of both
        ("Arman Wijaya", "Menteri Arman Wijaya", True),
        ("Arman Wijaya", "Menteri Arman", False),  # one word of three
        ("Kementerian Pertahanan", "Kementerian Luar Negeri", False),
        ("Kim Jong-un", "Kim Jong Un", True),
        (None, None, True),
        (None, "", True),
        (None, "Arman", False),
        ("Arman", None, False),
    ],
)
def test_speakers_are_the_same_where_half_of_the_words_of_both_are(
    one: str | None, other: str | None, same: bool
) -> None:
    assert agreement.same_name(one, other) is same


def test_speakers_are_counted_over_matched_quotes_by_the_way_they_were_found() -> None:
    annotation = annotated(
        AnnotatedQuote("Kapal ini selesai tahun depan", "direct", "Arman Wijaya"),
        AnnotatedQuote("biayanya tidak naik", "indirect", "Arman Wijaya"),
        AnnotatedQuote("tiba di Surabaya dengan kereta", "indirect", None),
    )
    found = document(
        [
            quote("Kapal ini selesai tahun depan", "Arman Wijaya", "direct", "explicit"),
            quote("biayanya tidak naik", "Surabaya", "indirect", "coreference"),
            quote("tiba di Surabaya dengan kereta", None, "indirect"),
            quote("galangan kapal", "Arman Wijaya", "indirect", "explicit"),  # matches nothing: not counted
        ]
    )
    scored = figures(annotation, found)
    assert (scored.direct.speaker, scored.reported.speaker) == (100.0, 50.0)
    assert scored.speakers == {
        "explicit": MethodMeasure(quotes=1, right=100.0),
        "coreference": MethodMeasure(quotes=1, right=0.0),
        "role": MethodMeasure(quotes=0, right=0.0),
        "implied": MethodMeasure(quotes=0, right=0.0),
        "none": MethodMeasure(quotes=1, right=100.0),
    }


# --- names --------------------------------------------------------------------------


ARMAN = AnnotatedEntity("Arman Wijaya", "PER", ["Arman", "Arman Wijaya"])
SURABAYA = AnnotatedEntity("Surabaya", "LOC", ["Surabaya"])


def test_a_name_is_right_with_its_text_and_its_type() -> None:
    found = document(
        entities=[
            entity("per:arman-wijaya", "PER", "Arman Wijaya"),
            entity("org:surabaya", "ORG", "Surabaya"),
        ]
    )
    # annotated: Arman Wijaya twice, Arman once (the longest form wins), Surabaya twice
    assert figures(annotated(entities=[ARMAN, SURABAYA]), found).names == {
        "all": Measure(50.0, 40.0, 44.4, wanted=5, found=4, right=2),
        "PER": Measure(100.0, 66.7, 80.0, wanted=3, found=2, right=2),
        "ORG": Measure(0.0, 0.0, 0.0, wanted=0, found=2, right=0),
        "LOC": Measure(0.0, 0.0, 0.0, wanted=2, found=0, right=0),
    }


def test_names_that_moved_as_the_body_was_cleaned_are_right_all_the_same() -> None:
    text = f"SURABAYA, Kabar – {TEXT} Baca juga: Arman\nWijaya mundur."
    found = document(entities=[entity("per:arman-wijaya", "PER", "Arman Wijaya")])
    scored = figures(
        annotated(entities=[AnnotatedEntity("Arman Wijaya", "PER", ["Arman Wijaya"])]), found, text
    )
    assert scored.names is not None
    assert scored.names["PER"] == Measure(100.0, 100.0, 100.0, wanted=2, found=2, right=2)


def test_a_form_is_no_name_inside_a_word_or_a_longer_form() -> None:
    text = "AS menang. PT ASABRI dan AS Roma kalah."
    annotation = annotated(
        entities=[AnnotatedEntity("AS", "LOC", ["AS"]), AnnotatedEntity("AS Roma", "ORG", ["AS Roma"])]
    )
    names = figures(annotation, document(body=text), text).names
    assert names is not None
    assert {kind: names[kind].wanted for kind in ("all", "LOC", "ORG")} == {"all": 2, "LOC": 1, "ORG": 1}


# --- links --------------------------------------------------------------------------


KOREA = "Kim Jong-un, pemimpin Korut, marah. Kim menemui Choe. Korea Utara dan Choe Son-hui diam."
KOREANS = [
    AnnotatedEntity("Kim Jong-un", "PER", ["Kim Jong-un", "Kim"]),
    AnnotatedEntity("Choe Son-hui", "PER", ["Choe Son-hui", "Choe"]),
    AnnotatedEntity("Korea Utara", "LOC", ["Korea Utara", "Korut"]),
]


def links(*entities: Entity, wanted: list[AnnotatedEntity] = KOREANS) -> Measure | None:
    return figures(annotated(entities=wanted), document(entities=[*entities], body=KOREA), KOREA).links


def test_a_link_is_a_pair_of_spellings_of_one_entity() -> None:
    # right: Korut = Korea Utara; missed: Kim = Kim Jong-un; false: Kim = Choe
    assert links(
        entity("KP", "LOC", "Korea Utara", "Korut", body=KOREA),
        entity("per:kim-jong-un", "PER", "Kim Jong-un", body=KOREA),
        entity("per:choe", "PER", "Choe", body="-" * 44 + "Choe"),
        entity("per:choe", "PER", "Kim", body="-" * 36 + "Kim"),
    ) == Measure(50.0, 50.0, 50.0, wanted=2, found=2, right=1)


def test_names_that_were_not_found_cost_no_link() -> None:
    assert links(entity("per:kim-jong-un", "PER", "Kim Jong-un", body=KOREA)) == Measure(
        0.0, 0.0, 0.0, wanted=0, found=0, right=0
    )


def test_a_spelling_of_two_annotated_entities_links_nothing() -> None:
    wanted = [
        AnnotatedEntity("Kim Jong-un", "PER", ["Kim Jong-un", "Kim"]),
        AnnotatedEntity("Kim Yo-jong", "PER", ["Kim"]),
    ]
    found = entity("per:kim-jong-un", "PER", "Kim Jong-un", "Kim", body=KOREA)
    assert links(found, wanted=wanted) == Measure(0.0, 0.0, 0.0, wanted=0, found=0, right=0)


# --- many articles ------------------------------------------------------------------


def test_every_quote_counts_alike_however_long_its_article() -> None:
    one = annotated(AnnotatedQuote("Kapal ini selesai tahun depan", "direct", "Arman Wijaya"))
    three = annotated(*(AnnotatedQuote(word, "direct") for word in ("Senin", "kereta", "galangan")))
    right = agreement.compare("a1", TEXT, one, document([quote("Kapal ini selesai tahun depan")]))
    wrong = agreement.compare("a2", TEXT, three, document())
    scored = agreement.figures([right, wrong])
    assert scored.articles == 2
    assert scored.direct == QuoteMeasure(100.0, 25.0, 40.0, wanted=4, found=1, right=1, speaker=0.0)


def test_no_articles_are_all_zero() -> None:
    scored = agreement.figures([])
    assert scored.direct == QuoteMeasure(0.0, 0.0, 0.0, wanted=0, found=0, right=0, speaker=0.0)
    assert (scored.articles, scored.names, scored.links) == (0, None, None)


# --- mistakes -----------------------------------------------------------------------


def test_mistakes_come_with_their_place_in_the_article() -> None:
    annotation = annotated(
        AnnotatedQuote("Kapal ini selesai tahun depan", "direct", "Arman Wijaya"),
        AnnotatedQuote("biayanya tidak naik", "indirect", "Arman Wijaya"),
        entities=[SURABAYA],
    )
    found = document(
        [
            quote("Kapal ini selesai tahun depan,", "Menteri Keuangan", "direct", "role"),
            quote("dengan kereta", None, "mixed"),
        ],
        [entity("org:surabaya", "ORG", "Surabaya")],
    )
    shown = {mistake.what: mistake for mistake in mistakes(annotation, found)}
    assert shown["direct speaker"] == Mistake(
        what="direct speaker",
        article="a1",
        wanted="Arman Wijaya",
        found="Menteri Keuangan (role)",
        before='Menteri Pertahanan Arman Wijaya meninjau galangan kapal di Surabaya, Senin. "',
        text="Kapal ini selesai tahun depan,",
        after='" kata Arman. Ia menambahkan bahwa biayanya tidak naik. Arman Wijaya tiba di Sur',
    )
    assert (shown["reported missed"].text, shown["reported missed"].wanted) == (
        "biayanya tidak naik",
        "Arman Wijaya",
    )
    assert (shown["reported false"].text, shown["reported false"].found) == ("dengan kereta", "nobody (none)")
    assert (shown["name missed"].wanted, shown["name missed"].found) == ("LOC", "ORG")
    assert (shown["name false"].wanted, shown["name false"].found) == ("LOC", "ORG")


def test_a_missed_quote_that_the_article_does_not_have_is_shown_without_context() -> None:
    annotation = annotated(AnnotatedQuote("Kapal kedua menyusul", "direct"))
    assert mistakes(annotation, document()) == [
        Mistake("direct missed", "a1", None, None, "", "Kapal kedua menyusul", "")
    ]


def test_a_wrong_link_names_both_sides() -> None:
    found = document(
        entities=[
            entity("per:kim-jong-un", "PER", "Kim Jong-un", body=KOREA),
            entity("per:kim", "PER", "Kim"),
        ],
        body=KOREA,
    )
    found.entities[1].mentions = [Mention(start=36, end=39, text="Kim")]
    compared = agreement.compare("a1", KOREA, annotated(entities=KOREANS[:1]), found)
    assert compared.mistakes == [
        Mistake("link missed", "a1", "Kim Jong-un", "per:kim | per:kim-jong-un", "", "Kim = Kim Jong-un", "")
    ]


def test_examples_are_taken_evenly_a_kind_after_the_other() -> None:
    many = [Mistake("name false", f"a{n}", None, "PER", "", "Kim", "") for n in range(10)]
    few = [Mistake("direct missed", "a0", None, None, "", "Ya", "")]
    assert [(m.what, m.article) for m in agreement.examples([*many, *few], 3)] == [
        ("direct missed", "a0"),
        ("name false", "a0"),
        ("name false", "a3"),
        ("name false", "a6"),
    ]
    assert agreement.examples(many, 0) == []


# --- what always holds --------------------------------------------------------------


SENTENCES = st.lists(st.text("abc …,", min_size=1, max_size=12), max_size=8)


@given(SENTENCES, SENTENCES)
def test_no_quote_matches_twice_and_none_is_left_over_that_could(one: list[str], other: list[str]) -> None:
    pairs = agreement.matches(one, other)
    left = {*range(len(one))} - {i for i, _ in pairs}
    free = {*range(len(other))} - {j for _, j in pairs}
    assert (len(left), len(free)) == (len(one) - len(pairs), len(other) - len(pairs))
    assert not any(agreement.matches([one[i]], [other[j]]) for i in left for j in free)


@given(SENTENCES)
def test_quotes_score_full_against_themselves(texts: list[str]) -> None:
    spoken = [text for text in texts if any(letter.isalpha() for letter in text)]
    annotation = annotated(*(AnnotatedQuote(text, "direct", text) for text in spoken))
    scored = figures(annotation, document([quote(text, text) for text in spoken]))
    full = 100.0 if spoken else 0.0
    assert (scored.direct.f1, scored.direct.speaker) == (full, full)


NAMES = st.lists(
    st.sampled_from(["Kim Jong-un", "Kim", "Choe", "Korut", "Korea Utara", "Utara"]), unique=True
)


@given(NAMES)
def test_names_and_links_score_full_against_themselves(forms: list[str]) -> None:
    text = " ".join([*forms, *forms])
    wanted = [AnnotatedEntity("Kim", "PER", forms)]
    places = agreement._annotated_names(text, wanted)
    mentions = [
        Mention(start=start, end=end, text=name)
        for (name, _), spans in places.items()
        for start, end in spans
    ]
    entities = [Entity(id="per:kim", name="Kim", type="PER", mentions=mentions)] if mentions else []
    scored = figures(annotated(entities=wanted), document(entities=entities, body=text), text)
    assert scored.names is not None
    assert scored.names["PER"].f1 == (100.0 if forms else 0.0)
    assert scored.links is not None
    assert scored.links.wanted == scored.links.found == scored.links.right
