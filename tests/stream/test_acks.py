"""Acknowledgements come in offset order, whatever the order of the work."""

from hypothesis import given
from hypothesis import strategies as st

from streams.acks import Ledger


def test_what_is_done_early_waits_for_what_came_before_it() -> None:
    ledger: Ledger[str] = Ledger()
    first, second, third = (ledger.arrive("partition 0", name) for name in ("first", "second", "third"))
    assert ledger.finish(second) == []
    assert ledger.finish(first) == ["first", "second"]
    assert ledger.finish(third) == ["third"]
    assert len(ledger) == 0


def test_a_partition_does_not_wait_for_another() -> None:
    ledger: Ledger[str] = Ledger()
    ledger.arrive("partition 0", "straggler")
    quick = ledger.arrive("partition 1", "quick")
    assert ledger.finish(quick) == ["quick"]


def test_what_was_in_flight_when_the_partitions_went_is_acknowledged_no_more() -> None:
    ledger: Ledger[str] = Ledger()
    before = ledger.arrive("partition 0", "before")
    ledger.forget()
    assert ledger.finish(before) == []
    again = ledger.arrive("partition 0", "again")
    assert ledger.finish(before) == []
    assert ledger.finish(again) == ["again"]


@given(st.lists(st.integers(0, 3), max_size=60).flatmap(
    lambda lanes: st.tuples(st.just(lanes), st.permutations(range(len(lanes))))
))  # fmt: skip
def test_each_partition_is_acknowledged_in_order_and_completely(run: tuple[list[int], list[int]]) -> None:
    lanes, order = run
    ledger: Ledger[int] = Ledger()
    entries = [ledger.arrive(lane, offset) for offset, lane in enumerate(lanes)]
    released: list[int] = []
    done: set[int] = set()
    for number in order:
        done.add(number)
        for offset in ledger.finish(entries[number]):
            earlier = {other for other in range(offset) if lanes[other] == lanes[offset]}
            assert earlier <= done
            released.append(offset)
    for lane in set(lanes):
        mine = [offset for offset in released if lanes[offset] == lane]
        assert mine == [offset for offset, its in enumerate(lanes) if its == lane]
    assert len(ledger) == 0
