"""The benchmark's clock: each part has its own time, wherever its functions are called from."""

import time
from collections.abc import Iterator

import pytest

from benchmarks import wire
from benchmarks.parts import Part, timed

HERE = __name__
OUTER = Part("outer", (f"{HERE}.outer",))
INNER = Part("inner", (f"{HERE}.Inner.work",))


def spend(milliseconds: int) -> None:
    end = time.process_time() + milliseconds / 1000
    while time.process_time() < end:
        pass


class Inner:
    def work(self) -> str:
        spend(40)
        return "worked"


def outer() -> str:
    spend(10)
    return Inner().work()


def steps() -> Iterator[int]:
    for n in range(3):
        spend(10)
        yield n


def test_a_part_within_another_is_not_counted_twice() -> None:
    with timed([OUTER, INNER]) as clock:
        assert outer() == "worked"
        spend(50)
        outer()
    assert clock.calls == {"outer": 2, "inner": 2}
    assert 0.02 <= clock.seconds["outer"] < 0.04
    assert 0.08 <= clock.seconds["inner"] < 0.12


def test_a_generator_is_timed_while_it_works_not_while_its_reader_does() -> None:
    with timed([Part("steps", (f"{HERE}.steps",))]) as clock:
        for _ in steps():
            spend(30)
    assert clock.calls == {"steps": 1}
    assert 0.03 <= clock.seconds["steps"] < 0.06


def test_a_function_is_timed_where_it_was_imported_to_by_name() -> None:
    with timed([Part("sentences", ("processors.splitting.split",))]) as clock:  # `wire` imports it by name
        wire.sentences("Menteri tiba. Ia pulang.")
    assert clock.calls == {"sentences": 1}


def test_all_is_as_before_behind_the_block_also_after_an_error() -> None:
    before = outer, vars(Inner)["work"], vars(wire)["split"]
    with pytest.raises(ZeroDivisionError), timed([OUTER, INNER, Part("s", ("processors.splitting.split",))]):
        raise ZeroDivisionError
    assert (outer, vars(Inner)["work"], vars(wire)["split"]) == before


@pytest.mark.parametrize("name", [f"{HERE}.nothing", f"{HERE}.Nobody.work", "no_module.work", f"{HERE}.HERE"])
def test_a_function_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(LookupError, match=name), timed([Part("gone", (name,))]):
        pass


def test_the_composed_wire_is_always_the_same_and_no_article_is_twice() -> None:
    one, other = wire.composed(12), wire.composed(12)
    assert one.bodies == other.bodies
    assert len(set(one.bodies)) == 12
    assert all(280 <= len(body.split()) <= 340 for body in one.bodies)


def test_an_endless_sentence_is_one_sentence() -> None:
    found = wire.sentences(wire.endless_sentence(3_000).body)
    assert [len(words) for words in found] == [3_000]


def test_an_endless_article_has_all_its_characters() -> None:
    assert len(wire.endless_article(200_000).body) == 200_000
