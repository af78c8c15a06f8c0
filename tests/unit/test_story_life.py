"""Which version of a story stands: examples from the newsroom, and what holds for any history."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from processors import story_life
from processors.records import Status
from processors.story_life import Standing, Version, is_killed, kill_among, standing

RANK: dict[Status, int] = {"usable": 0, "withheld": 2, "canceled": 3}


def version(
    minute: int, number: int = 1, status: Status = "usable", *, dated: bool = True, explicit: bool = True
) -> Version:
    order = minute * 60_000 * 1000 + min(number, 99) * 8 + RANK[status]
    return Version(order, number, status, dated, explicit)


versions = st.builds(
    version,
    st.integers(1, 6),
    st.integers(1, 3),
    st.sampled_from(["usable", "usable", "withheld", "canceled"]),
    dated=st.booleans(),
    explicit=st.booleans(),
)
histories = st.lists(versions, min_size=1, max_size=8, unique_by=lambda each: each.order)


def test_the_highest_order_stands() -> None:
    old, new = version(1, 1), version(2, 2)
    assert standing([new, old]) == Standing(new, head=new.order, restored=False)


def test_a_correction_that_is_dated_earlier_than_what_stands_is_history() -> None:
    correction, newer = version(5, 2), version(6, 3)
    assert standing([newer, correction]).version == newer


def test_a_kill_beats_the_same_version_of_its_story() -> None:
    story, kill = version(1, 1), version(1, 1, "canceled")
    assert standing([kill, story]).version == kill


def test_a_copy_of_the_killed_version_that_arrives_after_the_kill_stays_killed() -> None:
    kill = version(5, 2, "canceled", dated=False)
    copy = version(9, 2, dated=False)  # undated: its order is the time of its arrival
    assert standing([kill, copy]) == Standing(kill, head=copy.order, restored=False)
    assert is_killed(copy, kill_among([kill]))


def test_a_later_version_that_does_not_say_it_is_usable_leaves_the_story_killed() -> None:
    kill, silent = version(5, 2, "canceled"), version(9, 3, explicit=False)
    assert standing([kill, silent]).version == kill
    assert not is_killed(silent, kill_among([kill])), "its text is kept for the day the story is revived"


def test_a_later_version_that_says_it_is_usable_restores_the_story() -> None:
    kill, revival = version(5, 2, "canceled"), version(9, 3)
    assert standing([kill, revival]) == Standing(revival, head=revival.order, restored=True)


def test_after_a_revival_updates_stand_again_and_are_no_revivals() -> None:
    kill, revival, update = version(5, 2, "canceled"), version(9, 3), version(10, 4, explicit=False)
    assert standing([update, kill, revival]) == Standing(update, head=update.order, restored=False)


def test_a_second_kill_needs_a_second_revival() -> None:
    first, revival, second = version(5, 2, "canceled"), version(6, 3), version(7, 4, "canceled")
    assert standing([first, revival, second]).version == second


def test_a_kill_that_comes_late_takes_down_what_stood_after_it_unless_that_said_it_is_usable() -> None:
    kill, silent, outright = version(5, 1, "canceled"), version(6, 2, explicit=False), version(6, 2)
    assert standing([silent, kill]).version == kill
    assert standing([outright, kill]).version == outright


def test_a_held_story_stands_until_a_newer_version_is_usable() -> None:
    story, hold, release = version(1, 1), version(2, 1, "withheld"), version(3, 2, explicit=False)
    assert standing([story, hold]).version == hold
    assert standing([story, hold, release]).version == release


def test_a_hold_does_not_revive_a_killed_story_but_holds_a_revived_one() -> None:
    kill, hold, revival = version(5, 2, "canceled"), version(9, 3, "withheld"), version(8, 3)
    assert standing([kill, hold]).version == kill
    assert standing([kill, hold, revival]).version == hold


def test_the_external_version_is_the_order_and_just_above_the_head_s_where_that_does_not_stand() -> None:
    kill, silent = version(5, 1, "canceled"), version(6, 2, explicit=False)
    assert standing([kill]).external_version == kill.order
    assert silent.order < standing([kill, silent]).external_version < silent.order + 8


def test_a_tombstone_keeps_identity_and_not_a_word() -> None:
    identity = {"id": "garuda:1", "source": "garuda", "item_id": "1", "version": 2, "order": 19}
    life = {"status": "canceled", "provider_status": "canceled", "change": "kill"}
    text = {
        "headline": "Menteri tersangka",
        "body": "Seorang menteri ditahan.",
        "byline": "Rini",
        "url": "https://garuda.example/menteri-tersangka",
        "ednote": "Salah orang: bukan sang menteri",
        "quotes": [{"text": "Tidak benar"}],
    }
    nothing = {"body": "", "live": False, "killed": True, "entities": [], "quotes": [], "arms_deals": []}
    assert story_life.tombstone(identity | life | text) == identity | life | nothing


def replayed(history: Sequence[Version]) -> Version:
    """The rules told another way: the history read in order, the highest killed number known beforehand."""
    highest = max((each.number for each in history if each.status == "canceled"), default=None)
    stands: Version | None = None
    killed = False
    for each in sorted(history):
        if each.status == "canceled":
            stands, killed = each, True
            continue
        late_copy = highest is not None and not each.dated and each.number <= highest
        if late_copy or (killed and not (each.status == "usable" and each.explicit)):
            continue
        stands, killed = each, False
    assert stands is not None
    return stands


@given(histories)
def test_what_stands_is_what_a_reading_in_order_leaves(history: list[Version]) -> None:
    assert standing(history).version == replayed(history)


@given(histories.flatmap(lambda history: st.tuples(st.just(history), st.permutations(history * 2))))
def test_neither_order_of_arrival_nor_duplicates_matter(cases: tuple[list[Version], list[Version]]) -> None:
    history, arrivals = cases
    assert standing(arrivals) == standing(history)


@given(histories, histories)
def test_what_is_killed_once_is_killed_for_good(history: list[Version], more: list[Version]) -> None:
    now, then = kill_among(history), kill_among(more, known=kill_among(history))
    assert all(is_killed(each, then) for each in history if is_killed(each, now))


@given(histories)
def test_what_stands_still_has_its_text_or_is_a_kill(history: list[Version]) -> None:
    stands = standing(history).version
    assert stands.status == "canceled" or not is_killed(stands, kill_among(history))


@given(histories.filter(lambda history: kill_among(history) is None))
def test_without_a_kill_keeping_the_newer_of_two_is_enough(history: list[Version]) -> None:
    stands = history[0]
    for each in history[1:]:
        stands = standing([stands, each]).version
    assert stands == standing(history).version


class Memory:
    """The sink's book-keeping without Elasticsearch: the standing version, the kills, the kept versions."""

    def __init__(self) -> None:
        self.stands: Version | None = None
        self.kept: dict[Version, bool] = {}  # version: its text is gone

    def receive(self, batch: Sequence[Version]) -> None:
        arrived = {*batch} | ({self.stands} if self.stands else set())
        kill = kill_among([*arrived, *self.kept])
        known = arrived | self.kept.keys() if kill else arrived
        self.stands = standing(known).version
        assert self.stands.status == "canceled" or not self.kept.get(self.stands), "text is gone"
        for each in {*batch, *self.kept}:
            self.kept[each] = self.kept.get(each, False) or is_killed(each, kill)


@given(
    histories.flatmap(lambda h: st.tuples(st.permutations(h * 2), st.permutations(h * 2))),
    st.lists(st.integers(1, 4), min_size=16, max_size=16),
)
def test_batches_of_any_cut_in_any_order_end_alike(
    arrivals: tuple[list[Version], list[Version]], cuts: list[int]
) -> None:
    one, other = Memory(), Memory()
    for each in arrivals[0]:
        one.receive([each])
    rest = arrivals[1]
    for cut in cuts:
        batch, rest = rest[:cut], rest[cut:]
        if batch:
            other.receive(batch)
    assert (one.stands, one.kept) == (other.stands, other.kept)
