"""Whatever arrives in whatever order: what comes out is what the reference model says, and no more."""

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from processors.alert_rules import Channel, Rule, Rules
from processors.records import ArmsDeal, Claims
from tests.reference.alerts import Told, Watch
from tests.replay.claims import claims_on_the_wire
from tests.replay.told import Tellings
from tests.unit.telling import NOON, Desk, claims, mention

WATCH_ALL = Rules(
    rules=(Rule(name="all", channels=("stdout",)),),
    channels={"stdout": Channel(name="stdout", type="stdout")},
)
# What says nothing of deals is forgotten after three days, which is no rule of news: all happens within.
WINDOW = timedelta(hours=12)
SOON, LATER = timedelta(minutes=1), timedelta(hours=8)


class Arrival(NamedTuple):
    claims: Claims
    after: timedelta = SOON


class Difference(NamedTuple):
    number: int
    story: str
    version: int
    told: list[Told]
    expected: list[Told]


def differences(arrivals: Iterable[Arrival]) -> list[Difference]:
    """Where the code and the model disagree."""
    desk, tellings, watch = Desk(WATCH_ALL), Tellings(), Watch(WINDOW)
    desk.state.window = WINDOW
    found = []
    for number, (arriving, after) in enumerate(arrivals):
        told = tellings.told(desk.hears(arriving, after=after))
        expected = sorted(watch.arrives(arriving, desk.at), key=repr)
        if told != expected:
            found.append(Difference(number, arriving.id, arriving.version, told, expected))
    return found


# ── the wire of the replay ────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def replayed() -> list[Claims]:
    return claims_on_the_wire()


def test_of_the_whole_wire_in_its_order_told_twice(replayed: list[Claims]) -> None:
    assert not differences(map(Arrival, replayed * 2))


@pytest.mark.parametrize("seed", range(6))
def test_of_the_whole_wire_in_any_order_with_repeats(replayed: list[Claims], seed: int) -> None:
    order = random.Random(seed).sample(replayed * 2, 2 * len(replayed))  # noqa: S311 - repeatable
    assert not differences(map(Arrival, order))


# ── small worlds ──────────────────────────────────────────────────────────────────────────────────────

STATES = ["RU", "KP", "IR"]
GOVERNMENTS = [{"claimant": each, "claimant_kind": "government", "claimant_country": each} for each in STATES]
CLAIMANTS: list[dict[str, Any]] = [{}, {}, *GOVERNMENTS, {"claimant": "A", "claimant_kind": "analyst"}]
STATUSES = ["reported", "reported", "confirmed", "denied", "planned", "alleged"]
ACTS = ["delivery", "delivery", "talks", "order", "sale", "embargo"]
EMBARGOES = [NOON + timedelta(minutes=3), NOON + timedelta(hours=10), NOON + timedelta(days=1_000)]

sides = st.sampled_from(["RU", "RU", "KP", "IR", "RU IR", ""])
goods = st.sampled_from(["missiles", "missiles", "drones", "missiles drones", ""])


@st.composite
def mentions(draw: st.DrawFn, start: int) -> ArmsDeal:
    recipient = draw(st.sampled_from(["KP", "KP", "IR"]))
    supplier, classes = draw(sides.filter(lambda ids: recipient not in ids.split())), draw(goods)
    generic = False
    return mention(
        supplier, recipient, classes,
        start=start,
        act=draw(st.sampled_from(ACTS)),
        status=draw(st.sampled_from(STATUSES)),
        grade="C" if generic else draw(st.sampled_from("AAB")),
        directed=draw(st.sampled_from([True, True, True, False])),
        background=draw(st.sampled_from([False] * 5 + [True])),
        systems=draw(st.sampled_from([[], [], ["himars"], ["su-35"]])),
        quantity=draw(st.sampled_from([None, None, "12 unit", "24 unit"])),
        **draw(st.sampled_from(CLAIMANTS)),
    )  # fmt: skip


@st.composite
def versions(draw: st.DrawFn, story: str, number: int, embargoes: bool) -> Claims:
    status = draw(st.sampled_from(["usable"] * 4 + ["withheld", "canceled"]))
    change = "new" if number == 1 else draw(st.sampled_from(["update", "correction", "correction", "add"]))
    notice = {"withheld": "hold", "canceled": "kill"}.get(status)
    said = [] if notice else [draw(mentions(start=100 * n)) for n in range(draw(st.integers(0, 2)))]
    return claims(
        story, *said,
        version=number,
        status=status,
        change=notice or change,
        credited_sources=draw(st.sampled_from([[], [], ["antara"], ["garuda"]])),
        embargo_until=draw(st.sampled_from([None, None, *EMBARGOES])) if embargoes else None,
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn, embargoes: bool = False) -> list[Arrival]:
    """A few versions of a few stories, in any order, some twice."""
    keys = [(story, number) for story in ("antara:1", "garuda:2", "elang:3") for number in (1, 2, 3)]
    chosen = draw(st.lists(st.sampled_from(keys), min_size=1, max_size=7))
    made = {(story, n): draw(versions(story, n, embargoes)) for story, n in dict.fromkeys(chosen)}
    return [Arrival(made[key], draw(st.sampled_from([SOON, SOON, SOON, LATER]))) for key in chosen]


# A smaller history is found by shrinking; why it fails is seen from what is noted.
QUICK = settings(max_examples=300, deadline=None, phases=set(Phase) - {Phase.explain})


def told_alike(history: list[Arrival]) -> None:
    for arriving, after in history:
        note(f"{after} later: {_shown(arriving)}")
    found = differences(history)
    for each in found:
        note(f"arrival {each.number}\n  told {each.told}\n  expected {each.expected}")
    assert not found


@QUICK
@given(histories())
def test_of_any_history(history: list[Arrival]) -> None:
    told_alike(history)


@QUICK
@given(histories(embargoes=True))
def test_of_any_history_with_embargoes(history: list[Arrival]) -> None:
    told_alike(history)


def _shown(claims: Claims) -> str:
    said = [
        f"{m.grade} {m.act} {m.status} {m.supplier_ids}→{m.recipient_ids} {m.goods_classes} by {m.claimant}"
        f"{' undirected' * (not m.directed)}{' background' * m.background} {m.systems} {m.quantity}"
        for m in claims.arms_deals
    ]
    embargo = f" embargo +{claims.embargo_until - NOON}" if claims.embargo_until else ""
    credit = f" credits {claims.credited_sources}" if claims.credited_sources else ""
    return f"{claims.id} v{claims.version} {claims.change}{credit}{embargo}: {said}"
