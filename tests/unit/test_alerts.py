"""What an arms watcher is told of, and what not: new deals, developments, copies, corrections, kills."""

from datetime import datetime, timedelta

import msgspec
import pytest

from processors import alerts
from processors.alert_rules import Rule, Rules
from processors.alerts import State
from processors.decisions import group_id
from processors.feedback import Feedback
from processors.records import Alert, Claims
from tests.unit.telling import NOON, Desk, at_once, claims, folded, government, mention

ALLEGED = mention(status="alleged", **government("KR"))
NEW = [("new", ["deal"])]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def heard(desk: Desk, *told: Claims) -> list[Alert]:
    """What the last of the stories makes the desk tell at once."""
    for each in told[:-1]:
        desk.hears(each)
    return at_once(desk.hears(told[-1]))


# ── new, development, copy ────────────────────────────────────────────────────────────────────────


def test_the_first_claim_on_a_deal_is_new(desk: Desk) -> None:
    (alert,) = heard(desk, claims("antara:1", ALLEGED))
    assert (alert.kind, alert.news, alert.rule, alert.first_alert) == ("new", ["deal"], "all", None)
    assert (alert.deal.supplier_ids, alert.deal.recipient_ids) == (["RU"], ["KP"])
    assert [(each.text, each.start, each.end) for each in alert.evidence] == [("sentence 0", 0, 40)]


def test_a_copy_alerts_nobody_however_it_is_worded(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    assert desk.told(claims("kompas:7", mention(status="alleged", act="supply", **government("US")))) == []
    assert desk.told(claims("detik:9", mention(status="alleged", start=300, **government("KR")))) == []


def test_what_the_media_confirm_they_report(desk: Desk) -> None:
    desk.hears(claims("antara:1", mention(status="reported")))
    assert desk.told(claims("kompas:1", mention(status="confirmed"))) == []


def test_a_denial_by_the_supplier_is_a_development_and_the_allegation_stands(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    denial = mention(status="denied", **government("RU"))
    assert desk.told(claims("tass:1", denial)) == [("development", ["status denied by supplier"])]
    assert desk.told(claims("detik:1", denial, ALLEGED)) == []


def test_a_development_links_to_the_first_alert_of_its_deal(desk: Desk) -> None:
    (first,) = heard(desk, claims("antara:1", ALLEGED))
    (denied,) = heard(desk, claims("tass:1", mention(status="denied", **government("RU"))))
    assert denied.first_alert == first.group


@pytest.mark.parametrize(
    ("later", "news"),
    [
        (mention(act="delivery"), ["stage delivery"]),
        (mention(act="talks"), None),
        (mention(act="agreement", systems=["su-35"]), ["system su-35"]),
        (mention(act="agreement", quantity="24 unit"), ["quantity 24 unit"]),
        (mention(act="agreement", quantity="dua belas jet"), None),
        (mention(act="agreement", value="US$ 900 juta"), None),
    ],
)
def test_a_known_claim_with_news_is_a_development(desk: Desk, later: object, news: list[str] | None) -> None:
    desk.hears(claims("antara:1", mention(act="agreement", quantity="12 unit")))
    assert desk.told(claims("kompas:1", later)) == ([("development", news)] if news else [])  # type: ignore[arg-type]


def test_a_party_that_was_not_known_is_a_development(desk: Desk) -> None:
    desk.hears(claims("antara:1", mention("RU", "", "missiles", grade="B")))
    assert desk.told(claims("kompas:1", mention())) == [("development", ["recipient KP"])]
    assert desk.told(claims("detik:1", mention())) == []


def test_an_embargo_on_a_known_transfer_is_a_development_and_on_no_known_one_new(desk: Desk) -> None:
    embargo = mention(act="embargo", status="confirmed", **government("US"))
    assert Desk().told(claims("reuters:1", embargo)) == NEW
    (transfer,) = heard(desk, claims("antara:1", ALLEGED))
    (alert,) = heard(desk, claims("reuters:1", embargo))
    assert (alert.kind, alert.news) == ("development", ["restriction begins"])
    assert (alert.deal.linked, alert.first_alert) == (transfer.deal.id, transfer.group)


def test_all_evidence_of_a_deal_in_a_story_is_one_alert_copies_too(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    denial = mention(status="denied", start=200, **government("RU"))
    (alert,) = heard(desk, claims("kompas:1", denial, ALLEGED))
    assert [(each.start, each.news) for each in alert.evidence] == [
        (0, []),
        (200, ["status denied by supplier"]),
    ]


def test_two_deals_in_a_story_are_two_alerts(desk: Desk) -> None:
    both = claims("antara:1", mention(), mention("US", "UA", "air_defence", start=200))
    assert desk.told(both) == NEW * 2


def test_a_deal_is_forgotten_when_nobody_mentioned_it_for_thirty_days(desk: Desk) -> None:
    desk.hears(claims("antara:1", mention()))
    assert desk.told(claims("kompas:1", mention()), after=timedelta(days=29)) == []
    past = mention(background=True)
    assert desk.told(claims("kompas:2", past), after=timedelta(days=29)) == [], "background slides it, too"
    assert desk.told(claims("kompas:3", mention()), after=timedelta(days=29)) == []
    assert desk.told(claims("kompas:4", mention()), after=timedelta(days=31)) == NEW


# ── what does not alert ───────────────────────────────────────────────────────────────────────────


def test_background_opens_no_deal_and_is_no_claim(desk: Desk) -> None:
    past = mention(background=True)
    assert desk.told(claims("antara:1", past)) == []
    assert desk.told(claims("antara:2", mention())) == NEW
    denied_once = mention(status="denied", background=True, **government("RU"))
    assert desk.told(claims("antara:3", denied_once)) == []
    today = mention(status="denied", **government("RU"))
    assert desk.told(claims("antara:4", today)) == [("development", ["status denied by supplier"])]


def test_a_rule_may_ask_for_background_and_gets_it_once() -> None:
    desk = Desk(Rules(rules=(Rule(name="past", background=True),), channels={}))
    desk.hears(claims("antara:1", mention()))
    past = mention(status="denied", background=True, **government("RU"))
    assert desk.told(claims("kompas:1", past)) == [("development", ["background"])]
    assert desk.told(claims("detik:1", past)) == []


def test_what_is_generic_or_urged_against_goes_to_digests_once(desk: Desk) -> None:
    urged = mention(status="urged_against", **government("US"))
    generic = mention("", "", "", grade="C")
    for story, said in (("antara:1", urged), ("antara:2", generic)):
        assert [alert.rule for alert in desk.hears(claims(story, said, cluster_id=story))] == ["daily"]
    assert desk.hears(claims("kompas:1", urged)) == []
    assert desk.hears(claims("kompas:2", generic, cluster_id="antara:2")) == []


def test_a_deal_known_from_digests_alone_is_new_when_it_is_reported(desk: Desk) -> None:
    desk.hears(claims("antara:1", mention(status="urged_against", **government("US"))))
    assert desk.told(claims("kompas:1", mention())) == NEW


def test_a_mention_that_fits_several_deals_attaches_to_none(desk: Desk) -> None:
    desk.hears(claims("antara:1", mention("RU", "KP"), mention("RU", "IR", start=100)))
    assert desk.told(claims("kompas:1", mention("RU", "", "missiles", status="denied", grade="B"))) == []
    (decision,) = [each for each in desk.decisions.values() if each.story == "kompas:1"]
    assert [(said.outcome, said.deal) for said in decision.said] == [("ambiguous", None)]


def test_seeded_stories_are_known_and_alert_nobody(desk: Desk) -> None:
    assert desk.hears(claims("antara:1", ALLEGED, seed=True)) == []
    assert desk.told(claims("kompas:1", ALLEGED)) == []
    denial = mention(status="denied", **government("RU"))
    assert desk.told(claims("tass:1", denial)) == [("development", ["status denied by supplier"])]


def test_an_alert_counts_origins_apart_from_outlets(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    desk.hears(claims("kompas:1", ALLEGED, credited_sources=["ANTARA"]))
    (alert,) = heard(desk, claims("tass:1", mention(status="denied", **government("RU"))))
    assert (alert.origins, alert.outlets) == (["antara", "tass"], ["antara", "kompas", "tass"])


# ── the same record again ─────────────────────────────────────────────────────────────────────────


def test_a_record_that_comes_again_makes_the_same_alerts_and_changes_nothing(desk: Desk) -> None:
    story = claims("antara:1", ALLEGED, mention("US", "UA", "drones", start=90))
    first = desk.hears(story)
    known = folded(desk.decisions.values())
    assert desk.hears(story) == first
    assert desk.state == known


def test_an_undated_story_sent_again_is_nothing_new(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED, fingerprint="same"))
    assert desk.hears(claims("antara:1", ALLEGED, version=2, fingerprint="same")) == []


def test_ids_are_those_of_decision_deal_and_rule(desk: Desk) -> None:
    story = claims("antara:1", ALLEGED)
    for alert in desk.hears(story):
        assert alert.group == group_id(f"antara:1@{story.order}", alert.deal.id)
        assert alert.id == f"{alert.group}/{alert.rule}"


def test_stories_without_deals_make_no_decision(desk: Desk) -> None:
    assert alerts.decide(desk.state, claims("antara:1"), NOON) is None


def test_a_later_version_without_deals_silences_the_first_that_comes_late(desk: Desk) -> None:
    assert desk.told(claims("antara:1", version=2)) == []
    assert desk.told(claims("antara:1", ALLEGED)) == []
    desk.hears(claims("antara:2", ALLEGED), after=timedelta(days=4))
    assert list(desk.state.stories) == ["antara:2"], "a story that never spoke is forgotten in three days"


# ── corrections ───────────────────────────────────────────────────────────────────────────────────


def test_a_correction_of_a_figure_is_told_with_before_and_after(desk: Desk) -> None:
    (first,) = heard(desk, claims("antara:1", mention(quantity="42 unit")))
    (alert,) = heard(desk, claims("antara:1", mention(quantity="24 unit"), version=2, change="correction"))
    assert (alert.kind, alert.follows, alert.news) == ("correction", first.group, ["quantity: 42 → 24"])
    assert [(each.quantity, each.text) for each in alert.before] == [("42 unit", "")]
    assert [(each.quantity, each.text) for each in alert.evidence] == [("24 unit", "sentence 0")]
    assert (alert.rule, alert.channels) == (None, [])


def test_a_correction_of_something_else_is_not_told(desk: Desk) -> None:
    desk.hears(claims("antara:1", mention(quantity="42 unit")))
    reworded = mention(quantity="42 jet", start=60)
    assert desk.hears(claims("antara:1", reworded, version=2, change="correction")) == []


def test_a_corrected_party_is_a_correction_and_no_new_deal(desk: Desk) -> None:
    desk.hears(claims("antara:1", mention("RU", "KP")))
    corrected = claims("antara:1", mention("RU", "IR"), version=2, change="correction")
    assert desk.told(corrected) == [("correction", ["recipient: KP → IR"])]
    assert desk.told(claims("kompas:1", mention("RU", "IR"))) == [], "everybody alerted has heard"


def test_a_correction_that_only_a_digest_waits_for_is_a_development_to_who_is_alerted(desk: Desk) -> None:
    said = mention(value="100 juta dolar AS")
    vague = mention(
        "RU", "KP", "", grade="C", act="agreement", status="confirmed", start=60, **government("KP")
    )
    desk.hears(claims("kompas:1", mention()))
    assert at_once(desk.hears(claims("antara:1", said, vague))) == []
    other = mention(value="1,5 miliar dolar AS")
    corrected = claims("antara:1", other, vague, version=2, change="correction")
    told = [
        (alert.kind, alert.news) for alert in at_once(desk.hears(corrected)) if alert.kind == "development"
    ]
    assert told == [("development", ["value 1,5 miliar dolar AS"])]


def test_what_a_correction_says_of_another_deal_alerts_as_ever(desk: Desk) -> None:
    desk.hears(claims("antara:1", mention("RU", "KP")))
    more = claims("antara:1", mention("RU", "KP"), mention("US", "UA"), version=2, change="correction")
    assert desk.told(more) == NEW


# ── claims that go ────────────────────────────────────────────────────────────────────────────────


def test_an_update_that_drops_the_claim_is_a_retraction(desk: Desk) -> None:
    (first,) = heard(desk, claims("antara:1", ALLEGED))
    (alert,) = heard(desk, claims("antara:1", version=2))
    assert (alert.kind, alert.follows, alert.evidence) == ("retraction", first.group, [])


@pytest.mark.parametrize("change", ["add", "advisory"])
def test_an_add_takes_nothing_back(desk: Desk, change: str) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    assert desk.told(claims("antara:1", version=2, change=change)) == []
    assert desk.told(claims("antara:1", version=3)) == [("retraction", [])]


def test_a_claim_that_a_later_version_brings_back_is_restored(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    desk.hears(claims("antara:1", version=2))
    assert desk.told(claims("antara:1", ALLEGED, version=3)) == [("restored", [])]


def test_who_repeats_a_killed_claim_does_not_stand_when_its_story_comes_back_without_it(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    desk.hears(claims("kompas:1", ALLEGED, credited_sources=["antara"]))
    desk.hears(claims("antara:1", version=2, status="canceled"))
    assert desk.told(claims("antara:1", mention("US", "UA"), version=3)) == NEW
    assert desk.told(claims("reuters:1", ALLEGED)) == NEW


def test_a_kill_is_a_retraction_that_repeats_nothing(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    (alert,) = heard(desk, claims("antara:1", version=2, status="canceled", change="kill"))
    assert (alert.kind, alert.evidence, alert.before, alert.headline, alert.url) == (
        "retraction",
        [],
        [],
        None,
        None,
    )


def test_a_kill_where_others_stand_weakens(desk: Desk) -> None:
    told = [claims("antara:1", ALLEGED), claims("reuters:1", ALLEGED), claims("afp:1", ALLEGED)]
    (alert,) = heard(desk, *told, claims("antara:1", version=2, status="canceled"))
    assert (alert.kind, alert.remaining, alert.origins) == ("weakened", 2, ["afp", "reuters"])


def test_who_only_repeats_a_killed_story_does_not_stand_for_it(desk: Desk) -> None:
    copy = claims("kompas:1", ALLEGED, credited_sources=["antara"])
    told = [claims("antara:1", ALLEGED), copy, claims("antara:1", version=2, status="canceled")]
    assert [alert.kind for alert in heard(desk, *told)] == ["retraction"]
    late = claims("detik:1", ALLEGED, credited_sources=["antara"])
    assert desk.told(late) == [], "nor is it news when it comes late"
    assert desk.told(claims("reuters:1", ALLEGED)) == NEW


def test_a_kill_of_a_mere_copy_is_no_news(desk: Desk) -> None:
    copy = claims("kompas:1", ALLEGED, credited_sources=["antara"])
    killed = claims("kompas:1", version=2, status="canceled")
    assert heard(desk, claims("antara:1", ALLEGED), copy, killed) == []


def test_a_kill_before_its_story_leaves_nothing_to_tell(desk: Desk) -> None:
    assert desk.told(claims("antara:1", version=2, status="canceled")) == []
    assert desk.told(claims("antara:1", ALLEGED)) == []
    assert folded(desk.decisions.values()).has_decided(claims("antara:1", version=2, status="canceled"))


def test_a_withheld_story_is_on_hold_and_restored(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    assert desk.told(claims("antara:1", version=2, status="withheld")) == [("on_hold", [])]
    assert desk.told(claims("antara:1", ALLEGED, version=3)) == [("restored", [])]
    assert desk.told(claims("antara:1", ALLEGED, version=4)) == []


def test_a_withheld_story_that_is_then_killed_is_a_retraction(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    desk.hears(claims("antara:1", version=2, status="withheld"))
    assert desk.told(claims("antara:1", version=3, status="canceled")) == [("retraction", [])]


def test_a_killed_story_that_is_usable_again_is_restored_without_what_it_lacks_now(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED, mention("US", "UA", start=90)))
    assert desk.told(claims("antara:1", version=2, status="canceled")) == [("retraction", [])] * 2
    assert desk.told(claims("antara:1", ALLEGED, version=3)) == [("restored", [])]


def test_a_retracted_claim_told_by_somebody_else_is_new(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    desk.hears(claims("antara:1", version=2, status="canceled"))
    assert desk.told(claims("reuters:1", ALLEGED)) == NEW


def test_an_older_version_that_comes_late_says_nothing(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED, version=2))
    assert desk.hears(claims("antara:1", mention("US", "UA"), version=1)) == []


# ── embargo ───────────────────────────────────────────────────────────────────────────────────────

EVENING = NOON + timedelta(hours=6)


def test_an_embargoed_story_is_decided_at_once_and_told_in_its_time(desk: Desk) -> None:
    (alert,) = heard(desk, claims("antara:1", ALLEGED, embargo_until=EVENING))
    assert alert.not_before == EVENING
    assert desk.told(claims("kompas:1", ALLEGED), after=timedelta(hours=7)) == []


def test_news_under_embargo_is_news_to_others_and_the_embargoed_alert_is_overtaken(desk: Desk) -> None:
    (waiting,) = heard(desk, claims("antara:1", ALLEGED, embargo_until=EVENING))
    alert, overtaken = heard(desk, claims("reuters:1", ALLEGED))
    assert (alert.kind, alert.first_alert, alert.not_before) == ("new", None, None)
    assert (overtaken.kind, overtaken.news, overtaken.follows) == ("retraction", ["overtaken"], waiting.group)
    assert desk.told(claims("kompas:1", ALLEGED)) == []


def test_what_an_embargo_hides_is_not_shown_by_another_story_s_alert(desk: Desk) -> None:
    desk.hears(claims("antara:1", mention("RU", "", "missiles", grade="B")))
    desk.hears(claims("antara:2", mention("RU", "KP", "missiles"), embargo_until=EVENING))
    denial = mention("RU", "", "missiles", status="denied", grade="B", **government("RU"))
    (alert,) = heard(desk, claims("tass:1", denial))
    assert alert.deal.recipient_ids == []
    desk.at = EVENING
    (alert,) = heard(desk, claims("afp:1", mention("RU", "", "missiles", status="planned", grade="B")))
    assert alert.deal.recipient_ids == ["KP"]


def test_what_a_later_embargo_hides_of_a_deal_is_not_shown_when_the_deal_comes_out(desk: Desk) -> None:
    desk.hears(claims("antara:1", mention("", "KP", grade="B"), embargo_until=NOON + timedelta(minutes=3)))
    desk.hears(claims("garuda:2", mention("RU", "KP"), embargo_until=EVENING))
    (retraction, *_) = desk.hears(claims("antara:1", version=2))
    assert (retraction.kind, retraction.deal.supplier_ids) == ("retraction", [])


def test_what_an_add_leaves_alone_is_told_when_its_own_embargo_ends(desk: Desk) -> None:
    (waiting,) = heard(desk, claims("antara:1", ALLEGED, embargo_until=EVENING))
    assert waiting.not_before == EVENING
    assert desk.hears(claims("antara:1", version=2, change="add")) == []
    again = at_once(desk.hears(claims("antara:1", ALLEGED, version=3)))
    assert [(alert.kind, alert.not_before) for alert in again if not alert.follows] == [("new", None)]


def test_the_same_report_under_the_same_embargo_is_a_copy(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED, embargo_until=EVENING))
    assert desk.told(claims("kompas:1", ALLEGED, embargo_until=EVENING)) == []


@pytest.mark.parametrize("until", [None, EVENING + timedelta(hours=1)])
def test_a_changed_embargo_moves_the_alert(desk: Desk, until: datetime | None) -> None:
    desk.hears(claims("antara:1", ALLEGED, embargo_until=EVENING))
    alert, overtaken = heard(desk, claims("antara:1", ALLEGED, version=2, embargo_until=until))
    assert (alert.kind, alert.not_before, overtaken.news) == ("new", until, ["overtaken"])
    assert desk.told(claims("antara:1", ALLEGED, version=3, embargo_until=until)) == []


def test_an_embargoed_story_that_is_killed_is_a_retraction_and_no_claim(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED, embargo_until=EVENING))
    assert desk.told(claims("antara:1", version=2, status="canceled")) == [("retraction", [])]
    assert desk.told(claims("kompas:1", ALLEGED)) == NEW


# ── feedback ──────────────────────────────────────────────────────────────────────────────────────


def marked(action: str, alert: Alert, desk: Desk, **fields: object) -> None:
    keys = desk.state.groups[alert.group].claims
    said = {"id": f"{action} {alert.id}", "who": "rini", "action": action, "at": NOON}
    named = {"group": alert.group, "deal": alert.deal.id, "claims": list(keys)}
    entry = msgspec.convert(said | named | fields, Feedback)
    alerts.hear(desk.state, entry)
    alerts.hear(desk.state, entry)


def test_a_claim_marked_false_never_alerts_again_and_others_on_its_deal_do(desk: Desk) -> None:
    (alert,) = heard(desk, claims("antara:1", ALLEGED))
    marked("false", alert, desk)
    desk.hears(claims("antara:1", version=2))
    assert desk.told(claims("reuters:1", ALLEGED)) == []
    denial = mention(status="denied", **government("RU"))
    assert desk.told(claims("tass:1", denial)) == [("development", ["status denied by supplier"])]


def test_deals_marked_the_same_are_one(desk: Desk) -> None:
    (one,) = heard(desk, claims("antara:1", mention("RU", "KP", "missiles")))
    (other,) = heard(desk, claims("kompas:1", mention("RU", "KP", "artillery")))
    marked("same-as", other, desk, other=one.deal.id)
    denial = mention("RU", "KP", "missiles", status="denied", **government("RU"))
    (alert,) = heard(desk, claims("tass:1", denial))
    assert (alert.deal.id, alert.first_alert) == (one.deal.id, one.group)
    assert alert.outlets == ["antara", "kompas", "tass"]
    killed = claims("kompas:1", version=2, status="canceled")
    assert [each.kind for each in heard(desk, killed)] == ["weakened"] * 2


def test_a_group_that_is_split_off_has_a_deal_of_its_own(desk: Desk) -> None:
    desk.hears(claims("antara:1", ALLEGED))
    (denied,) = heard(desk, claims("tass:1", mention(status="denied", **government("RU"))))
    marked("split", denied, desk)
    group = desk.state.group(denied.group)
    assert group is not None
    assert group.deal != denied.deal.id
    (again,) = heard(desk, claims("kompas:1", mention(status="denied", **government("RU"))))
    assert (again.deal.id, again.news) == (denied.deal.id, ["status denied by supplier"])
    assert desk.told(claims("tass:1", version=2)) == [("retraction", [])]


def test_a_state_starts_empty() -> None:
    assert State() == folded([])
