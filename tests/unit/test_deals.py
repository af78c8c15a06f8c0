"""Which mentions speak of one deal."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import deals
from processors.claims import claim_key, claimant_class, claimed, state_of
from processors.deals import Index, Sketch, compatible, sketch
from processors.languages.pack import LANGUAGES
from processors.languages.registry import acting_for, registry, territories
from processors.records import Deal
from tests.unit.telling import NOON, government, mention

IDS = st.frozensets(st.sampled_from("ABC"), max_size=2)
sketches = st.builds(
    Sketch,
    st.sampled_from(["transfer", "restriction"]),
    IDS,
    IDS,
    st.frozensets(st.sampled_from(["missiles", "drones", "armour"]), max_size=2),
    st.booleans(),
)


def of(supplier: str, recipient: str, goods: str = "", *, directed: bool = True) -> Sketch:
    return sketch(mention(supplier, recipient, goods, directed=directed))


@pytest.mark.parametrize(
    ("act", "family"),
    [
        ("embargo", "restriction"),
        ("suspension", "restriction"),
        ("smuggling", "smuggling"),
        ("talks", "transfer"),
    ],
)
def test_families(act: str, family: str) -> None:
    assert sketch(mention(act=act)).family == family


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (of("RU", "KP", "missiles"), of("RU", "", "missiles")),
        (of("RU", "KP", "missiles"), of("RU", "KP", "")),
        (of("RU BY", "KP", "missiles"), of("RU", "KP", "missiles drones")),
        (of("RU", "KP"), of("KP RU", "", directed=False)),
        (of("RU", ""), of("", "KP")),
    ],
)
def test_what_leaves_something_open_is_compatible(one: Sketch, other: Sketch) -> None:
    assert compatible(one, other)
    assert compatible(other, one)


@pytest.mark.parametrize(
    "other",
    [
        of("KP", "RU", "missiles"),
        of("US", "KP", "missiles"),
        of("RU", "KP", "drones"),
        of("RU IR", "", directed=False),
    ],
)
def test_what_says_otherwise_is_not(other: Sketch) -> None:
    assert not compatible(of("RU", "KP", "missiles"), other)


def test_families_are_never_compatible() -> None:
    assert not compatible(of("RU", "KP"), of("RU", "KP")._replace(family="restriction"))


def test_a_deal_whose_direction_is_learnt_gets_its_sides() -> None:
    undirected = Deal(
        id="d",
        family="transfer",
        supplier_ids=["KP", "RU"],
        recipient_ids=[],
        goods_classes=[],
        directed=False,
    )
    said = Deal(
        id="", family="transfer", supplier_ids=["RU"], recipient_ids=["KP"], goods_classes=["missiles"]
    )
    filled = deals.filled(undirected, said)
    assert (filled.supplier_ids, filled.recipient_ids, filled.directed) == (["RU"], ["KP"], True)
    assert filled.goods_classes == ["missiles"]


def test_what_a_deal_has_is_not_filled_again() -> None:
    known = Deal(id="d", family="transfer", supplier_ids=["RU"], recipient_ids=[], goods_classes=["missiles"])
    said = Deal(
        id="", family="transfer", supplier_ids=["BY", "RU"], recipient_ids=["KP"], goods_classes=["drones"]
    )
    filled = deals.filled(known, said)
    assert (filled.supplier_ids, filled.recipient_ids, filled.goods_classes) == (["RU"], ["KP"], ["missiles"])


@given(st.lists(sketches.filter(lambda each: bool(each.parties)), max_size=12), sketches)
def test_the_index_misses_no_compatible_deal_and_finds_none_twice(
    filed: list[Sketch], wanted: Sketch
) -> None:
    index = Index()
    for n, each in enumerate(filed):
        index.file(deals.opened(f"d{n}", each, NOON, None).deal)
    found = list(index.candidates(wanted))
    assert len(found) == len(set(found))
    assert {f"d{n}" for n, each in enumerate(filed) if compatible(each, wanted)} <= set(found)
    assert {f"d{n}" for n, each in enumerate(filed) if each.key == wanted.key} == set(index.exactly(wanted))


@given(st.lists(sketches.filter(lambda each: bool(each.parties)), max_size=8))
def test_what_is_dropped_is_found_no_more(filed: list[Sketch]) -> None:
    index = Index()
    for n, each in enumerate(filed):
        index.file(deals.opened(f"d{n}", each, NOON, None).deal)
    for n, each in enumerate(filed):
        index.drop(f"d{n}")
        assert f"d{n}" not in [*index.candidates(each), *index.exactly(each)]


@pytest.mark.parametrize(
    ("fields", "who"),
    [
        (government("RU"), "supplier"),
        (government("KP"), "recipient"),
        (government("US"), "third_government"),
        ({"claimant_kind": "company", "claimant_country": "DE"}, "company"),
        ({"claimant_kind": "company", "claimant_country": "RU"}, "supplier"),
        ({"claimant_kind": "analyst"}, "analyst"),
        ({}, "media"),
    ],
)
def test_claimants(fields: dict[str, Any], who: str) -> None:
    assert claimant_class(mention(**fields)) == who


def test_a_claimant_is_seen_by_what_is_known_of_the_deal() -> None:
    deal = Deal(id="d", family="transfer", supplier_ids=["RU"], recipient_ids=[], goods_classes=[])
    assert claimant_class(mention("", "KP", **government("RU")), deal) == "supplier"


def test_what_media_confirm_they_report() -> None:
    confirmed = mention(status="confirmed")
    assert claimed(confirmed, "media") == "reported"
    named = mention(status="confirmed", claimant_id="org:kcna", claimant_kind="media", claimant_country="KP")
    assert claimed(named, "recipient") == "confirmed"
    assert claimed(mention(status="confirmed", **government("RU")), "supplier") == "confirmed"
    assert claim_key("d", "supplier", "denied") == "d:supplier:denied"


def test_what_acts_for_a_state_is_the_state() -> None:
    acting = ("org:tni-au", "org:pentagon", "org:kremlin", "org:irgc", "org:cia")
    assert [state_of(id_) for id_ in acting] == ["ID", "US", "RU", "IR", "org:cia"]


def test_every_organisation_that_acts_for_a_state_is_one_that_names_lead_to() -> None:
    slugs = {slug for language in LANGUAGES for slug in registry(language).organisations.values()}
    assert set(acting_for()) <= slugs
    assert set(acting_for().values()) <= set(territories("id"))


def test_a_body_of_a_state_is_the_state() -> None:
    assert [state_of(id_) for id_ in ("org:defence-ministry-ru", "org:nato", "RU", "org:pt-pindad")] == [
        "RU", "org:nato", "RU", "org:pt-pindad",
    ]  # fmt: skip
