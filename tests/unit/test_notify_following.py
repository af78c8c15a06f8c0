"""Who has heard of an alert hears what became of it; who has not is spared both."""

import pytest

from processors.records import AlertKind
from streams.notify.deliveries import Delivery, State
from streams.notify.following import Told, consequences
from tests.notified import alert, delivery, follow_up

G = alert()


def states(kind: AlertKind, *deliveries: Delivery) -> tuple[list[State], list[Told]]:
    after = consequences(follow_up(G, kind), deliveries)
    return [each.state for each in after.changed], after.told


@pytest.mark.parametrize("kind", ["retraction", "weakened", "correction", "on_hold", "restored"])
def test_what_was_sent_is_followed_on_the_same_channel(kind: AlertKind) -> None:
    assert states(kind, delivery(G, state="sent")) == ([], [Told("desk")])


def test_a_retraction_cancels_what_waits_and_is_told_to_nobody_then() -> None:
    assert states("retraction", delivery(G)) == (["cancelled"], [])


def test_what_is_cancelled_keeps_no_text() -> None:
    [changed] = consequences(follow_up(G, "retraction"), [delivery(G)]).changed
    assert changed.record is None


@pytest.mark.parametrize("kind", ["weakened", "correction"])
def test_a_correction_or_weakening_goes_instead_of_what_waits(kind: AlertKind) -> None:
    assert states(kind, delivery(G)) == (["cancelled"], [Told("desk", rule="all")])


def test_in_a_digest_it_takes_the_place_of_what_waited_there() -> None:
    weekly = delivery(G, digest="weekly mon 07:00")
    told = [Told("desk", rule="all", digest="weekly mon 07:00")]
    assert states("correction", weekly) == (["cancelled"], told)


def test_on_hold_holds_what_waits_and_restored_lets_it_go() -> None:
    assert states("on_hold", delivery(G)) == (["held"], [])
    assert states("restored", delivery(G, state="held")) == (["pending"], [])


def test_an_alert_that_a_kill_had_cancelled_is_told_when_the_story_is_back() -> None:
    gone = delivery(G, state="cancelled", by_kind="retraction", by="kill")
    assert states("restored", gone) == ([], [Told("desk", rule="all")])


def test_an_alert_that_was_overtaken_is_dropped_and_nobody_hears_of_it() -> None:
    overtaken = follow_up(G, "retraction")
    overtaken.news = ["overtaken"]
    after = consequences(overtaken, [delivery(G), delivery(G, "mail", "sent")])
    assert [each.state for each in after.changed] == ["cancelled"]
    assert after.told == []


@pytest.mark.parametrize("kind", ["retraction", "weakened", "correction", "on_hold", "restored"])
def test_who_muted_the_alert_does_not_hear_what_became_of_it(kind: AlertKind) -> None:
    assert states(kind, delivery(G, state="muted")) == ([], [])


def test_each_channel_is_judged_by_itself() -> None:
    after = consequences(follow_up(G, "retraction"), [delivery(G), delivery(G, "mail", "sent")])
    assert [(each.channel, each.state) for each in after.changed] == [("desk", "cancelled")]
    assert after.told == [Told("mail")]


def test_two_rules_on_one_channel_make_one_follow_up() -> None:
    other = alert(rule="russia")
    sent = [delivery(G, state="sent"), delivery(other, state="sent")]
    assert states("retraction", *sent) == ([], [Told("desk")])


def test_what_may_have_got_through_counts_as_heard() -> None:
    assert states("retraction", delivery(G, maybe=True)) == (["cancelled"], [Told("desk")])
    assert states("retraction", delivery(G, state="failed", maybe=True)) == (["cancelled"], [Told("desk")])


def test_what_was_given_up_is_not_corrected_into_a_surprise_but_replaced() -> None:
    assert states("retraction", delivery(G, state="failed")) == (["cancelled"], [])
    assert states("correction", delivery(G, state="failed")) == (["cancelled"], [Told("desk", rule="all")])


def test_of_what_is_being_sent_the_sender_learns_and_the_follow_up_waits_for_it() -> None:
    under_way = delivery(G, state="sending")
    after = consequences(follow_up(G, "retraction"), [under_way])
    [changed] = after.changed
    assert (changed.state, changed.then, changed.record) == ("sending", "cancelled", G)
    assert after.told == [Told("desk", after=(under_way.id,))]


def test_follow_ups_come_in_order() -> None:
    correction = delivery(follow_up(G, "correction"))
    told = consequences(follow_up(G, "weakened", 2), [delivery(G, state="sent"), correction]).told
    assert told == [Told("desk", after=(correction.id,))]


def test_a_retraction_takes_back_a_correction_that_still_waits() -> None:
    correction = delivery(follow_up(G, "correction"))
    after = consequences(follow_up(G, "retraction", 2), [delivery(G, state="sent"), correction])
    assert [(each.id, each.state) for each in after.changed] == [(correction.id, "cancelled")]
    assert after.told == [Told("desk")]


def test_what_a_crash_cut_short_comes_out_the_same_the_second_time() -> None:
    correction = follow_up(G, "correction")
    first = consequences(correction, [delivery(G)])
    second = consequences(correction, first.changed)
    assert second.changed == []
    assert second.told == first.told
