"""What holds for alerting whatever arrives: duplicates, restarts, and the time a decision may take."""

import time
from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from processors import alerts
from processors.alerts import State
from processors.decisions import Decision
from processors.records import Alert, Claims
from tests.unit.telling import EVERYTHING, NOON, Desk, claims, folded, mention

mentions = st.builds(
    mention,
    st.sampled_from(["RU", "US", "", "RU BY"]),
    st.sampled_from(["KP", "IR", ""]),
    st.sampled_from(["missiles", "drones", "", "missiles drones"]),
    start=st.integers(0, 3),
    act=st.sampled_from(["talks", "delivery", "sale", "embargo", "smuggling"]),
    status=st.sampled_from(["reported", "confirmed", "alleged", "denied", "urged_against"]),
    grade=st.sampled_from(["A", "A", "B", "C"]),
    background=st.sampled_from([False, False, False, True]),
    directed=st.sampled_from([True, True, True, False]),
    quantity=st.sampled_from([None, "12 unit", "24 unit"]),
    systems=st.sampled_from([[], ["iskander"]]),
    claimant_kind=st.sampled_from(["media", "government", "company"]),
    claimant_country=st.sampled_from([None, "RU", "KR"]),
)


@st.composite
def tellings(draw: st.DrawFn) -> Claims:
    status = draw(st.sampled_from(["usable", "usable", "usable", "withheld", "canceled"]))
    source = draw(st.sampled_from(["antara", "reuters", "kompas"]))
    return claims(
        f"{source}:{draw(st.integers(1, 2))}",
        *(draw(st.lists(mentions, max_size=3)) if status == "usable" else []),
        version=draw(st.integers(1, 4)),
        status=status,
        change=draw(st.sampled_from(["new", "update", "correction", "add"])),
        embargo_until=draw(st.sampled_from([None, None, NOON + timedelta(minutes=6)])),
        credited_sources=draw(st.sampled_from([[], ["antara"]])),
        seed=draw(st.sampled_from([False, False, False, True])),
        fingerprint="",
    )


arrivals = st.lists(tellings(), max_size=8, unique_by=lambda each: (each.id, each.order))


def run(told: list[Claims]) -> Desk:
    desk = Desk()
    for each in told:
        desk.hears(each)
    return desk


@given(arrivals)
def test_a_state_is_the_fold_of_its_decisions_read_from_json(told: list[Claims]) -> None:
    desk = run(told)
    stored = [
        msgspec.json.decode(msgspec.json.encode(each), type=Decision) for each in desk.decisions.values()
    ]
    assert folded(stored) == desk.state


@given(arrivals)
def test_applying_twice_is_applying_once(told: list[Claims]) -> None:
    desk = run(told)
    twice = State()
    for decision in desk.decisions.values():
        alerts.apply(twice, decision)
        alerts.apply(twice, decision)
    for decision in desk.decisions.values():
        alerts.apply(twice, decision)
    assert twice == desk.state


@given(arrivals)
def test_deciding_leaves_the_state_as_it_is(told: list[Claims]) -> None:
    desk = run(told[:-1])
    for each in told[-1:]:
        alerts.decide(desk.state, each, NOON + timedelta(hours=1))
    assert folded(desk.decisions.values()) == desk.state


@given(arrivals, st.data())
def test_a_duplicate_anywhere_makes_the_same_alerts_and_no_others(
    told: list[Claims], data: st.DataObject
) -> None:
    once, again = Desk(), Desk()
    made: list[Alert] = []
    repeated: dict[str, Alert] = {}
    for n, each in enumerate(told):
        made += once.hears(each)
        heard = again.hears(each)
        duplicate = told[data.draw(st.integers(0, n))]
        heard += again.hears(duplicate, after=timedelta(0))
        repeated |= {alert.id: alert for alert in heard}
    assert repeated == {alert.id: alert for alert in made}


@given(arrivals)
def test_every_alert_has_an_id_of_its_own_and_follows_what_was_told(told: list[Claims]) -> None:
    desk = Desk()
    seen: set[str] = set()
    groups: set[str] = set()
    for each in {(one.id, one.order): one for one in told}.values():
        for alert in desk.hears(each):
            assert alert.id not in seen
            assert (alert.follows is None) == (alert.rule is not None)
            assert alert.follows is None or alert.follows in groups
            seen.add(alert.id)
            groups |= {alert.group} if alert.rule else set()


@given(arrivals)
def test_a_story_that_is_copied_word_for_word_tells_nothing(told: list[Claims]) -> None:
    desk = run(told)
    story = claims(
        "tempo:1", mention("TR", "ID", "drones"), mention("TR", "ID", "drones", status="denied", start=5)
    )
    desk.hears(story)
    copy = msgspec.structs.replace(story, id="jpnn:1", source="jpnn", item_id="1", fingerprint="jpnn")
    assert desk.hears(copy) == []


def many_deals(number: int) -> Desk:
    desk = Desk()
    classes = ["missiles", "drones", "warships", "armour", "artillery"]
    for n in range(number):
        sides = (f"S{n % 60}", f"R{n // 60}") if n % 10 else (f"S{n}", "")
        desk.hears(claims(f"wire:{n}", mention(*sides, classes[n % 5])), after=timedelta(seconds=1))
    return desk


def test_deciding_takes_far_less_than_a_millisecond_among_thousands_of_open_deals() -> None:
    desk = many_deals(5_000)
    assert len(desk.state.open) > 4_000
    told = [
        claims("late:1", mention("S7", "R20", "drones")),
        claims("late:2", mention("S7", "", "")),
        claims("late:3", mention("", "", "", grade="C")),
        claims("late:4", mention("S7", "R9", "submarines"), mention("X", "R9", "sensors", start=9)),
        claims("late:5", mention("S7 R9", "", "missiles", directed=False)),
    ]
    for each in told:
        best = min(_seconds(desk, each) for _ in range(20))
        print(each.id, best * 1000)
        assert best < 0.001, f"{each.id}: {best * 1000:.2f} ms"


def _seconds(desk: Desk, told: Claims) -> float:
    start = time.perf_counter()
    decision = alerts.decide(desk.state, told, desk.at)
    seconds = time.perf_counter() - start
    assert decision is not None
    alerts.render(decision, told, EVERYTHING)
    return seconds
