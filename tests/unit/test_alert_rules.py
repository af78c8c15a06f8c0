"""Rules files: what they say, the mistakes they tell, and whom they match."""

import re
from pathlib import Path
from typing import Any

import pytest

from processors import alert_rules
from processors.alert_rules import Channel, Material, Rule, matched, parse
from processors.claims import fact
from processors.errors import UsageError
from processors.records import ArmsDeal, Deal
from tests.unit.telling import mention

FULL = """\
window_days = 45
timezone = "Asia/Makassar"

[[rule]]
name = "Utara"
supplier = ["Rusia", "Iran"]
recipient = "North Korea"
goods = ["missiles", "Pantsir"]
kinds = ["new"]
channels = ["desk", "stdout"]
digest = "weekly mon 07:00"

[channels.desk]
type = "webhook"
url_env = "DESK_URL"
secret_env = "DESK_SECRET"
per_hour = 30
"""

A = '[[rule]]\nname = "a"\n'
B = '[[rule]]\nname = "b"\n'
DESK = "[channels.desk]\ntype = "


def test_a_file_with_everything() -> None:
    rules = parse(FULL, "rules.toml")
    assert (rules.window_days, str(rules.zone)) == (45, "Asia/Makassar")
    assert rules.rules == (
        Rule(
            name="Utara", supplier=("RU", "IR"), recipient=("KP",), goods=("missiles", "Pantsir"),
            kinds=("new",), channels=("desk", "stdout"), digest="weekly mon 07:00",
        ),
    )  # fmt: skip
    assert rules.channels["desk"] == Channel(
        name="desk", type="webhook", url_env="DESK_URL", secret_env="DESK_SECRET", per_hour=30
    )


def test_the_default_file_tells_every_deal_at_once_and_the_rest_daily() -> None:
    told = [(rule.name, rule.digest, rule.channels) for rule in alert_rules.default().rules]
    assert told == [
        ("arms-deals", None, ("stdout",)),
        ("generic", "daily 07:00", ("stdout",)),
        ("urged-against", "daily 07:00", ("stdout",)),
    ]


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("Rusia", "RU"), ("Russia", "RU"), ("ru", "RU"), ("AS", "US"), ("Amerika Serikat", "US"),
        ("Korut", "KP"),
        ("Kemhan", "ID"), ("NATO", "org:nato"), ("org:pt-pindad", "org:pt-pindad"), ("id:Q30", "Q30"),
    ],
)  # fmt: skip
def test_parties_are_named_as_people_name_them(name: str, id_: str) -> None:
    assert parse(f'[[rule]]\nname = "a"\nparty = "{name}"', "rules.toml").rules[0].party == (id_,)


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        (
            f'{A}\nstatuss = ["denied"]',
            '4: [[rule]] "statuss"',
            'no such condition; did you mean "status"? one of name,',
        ),
        (f"{A}{B}colour = 1", '5: [[rule]] "colour"', "no such condition; one of name, supplier,"),
        (
            f'{A}status = ["denyed"]',
            '3: [[rule]] "status"',
            '"denyed" is none of alleged, reported, confirmed,',
        ),
        (f'{A}status = ["denyed"]', '3: [[rule]] "status"', 'did you mean "denied"?'),
        (
            f'{A}supplier = ["Ruusia"]',
            '3: [[rule]] "supplier"',
            'no country or organisation "Ruusia" is known;',
        ),
        (f'{A}supplier = ["Ruusia"]', '3: [[rule]] "supplier"', 'did you mean "Rusia"?'),
        (f'{A}channels = ["dsk"]\n{DESK}"stdout"', '3: [[rule]] "channels"', 'did you mean "desk"?'),
        (f'{A}digest = "daily"', '3: [[rule]] "digest"', 'a schedule is "hourly", "daily 07:00" or'),
        (f'{A}grade = "C"', '3: [[rule]] "grade"', "is for digests only; give the rule one: digest ="),
        (f"{A}\n{A}", '5: [[rule]] "name"', 'there is another rule "a" above'),
        ("[[rule]]\nsupplier = 'RU'", "1: [[rule]]", 'a rule needs a name: name = "..."'),
        (f'{A}background = "no"', '3: [[rule]] "background"', "wants true or false"),
        ('[rule]\nname = "a"', '1: "rule"', "write [[rule]], in two pairs of brackets"),
        (f"windowdays = 3\n{A}", '1: "windowdays"', 'no such setting; did you mean "window_days"? one of'),
        (f"window_days = 900\n{A}", '1: "window_days"', "wants a whole number from 1 to 90"),
        (f'timezone = "Jakarta"\n{A}', '1: "timezone"', 'no time zone "Jakarta"; one is "Asia/Jakarta"'),
        (f'{A}\n{DESK}"webhook"', "4: [channels.desk]", "webhook needs one of url and url_env"),
        (f'{A}\n{DESK}"slack"', '5: [channels.desk] "type"', '"slack" is none of stdout, webhook, apprise'),
        (
            f'{A}{DESK}"apprise"\nurl_env = "a://b"',
            '5: [channels.desk] "url_env"',
            "wants the name of an environment",
        ),
        ("[[rule]]\nname = a", "2", "not TOML: Invalid value"),
        ("", "1", "no [[rule]]: nobody would be told anything"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_key(text: str, where: str, why: str) -> None:
    with pytest.raises(UsageError, match=re.escape(f"rules.toml:{where}: ")) as told:
        parse(text, "rules.toml")
    assert why in str(told.value)
    assert "\n" not in str(told.value)


# ── matching ──────────────────────────────────────────────────────────────────────────────────────


def material(*mentions: ArmsDeal, **fields: Any) -> Material:
    first = mentions[0]
    deal = Deal(
        id="d", family="transfer", supplier_ids=first.supplier_ids, recipient_ids=first.recipient_ids,
        goods_classes=first.goods_classes, directed=first.directed,
    )  # fmt: skip
    said: dict[str, Any] = {
        "kind": "new", "deal": deal, "facts": [fact(each, "media") for each in mentions],
        "texts": [each.evidence for each in mentions], "source": "antara", "language": "id",
        "headline": "Rusia kirim rudal",
    }  # fmt: skip
    return Material(**said | fields)


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ({}, ["any deal"]),
        ({"supplier": ("US", "RU")}, ["supplier RU"]),
        ({"supplier": ("KP",)}, None),
        ({"party": ("KP",)}, ["party KP"]),
        ({"goods": ("missiles",)}, ["goods missiles"]),
        ({"goods": ("drones",)}, None),
        ({"goods": ("rudal",)}, ["goods rudal"]),
        ({"goods": ("Iskander",)}, ["goods Iskander"]),
        ({"act": ("talks", "delivery"), "grade": ("A",)}, ["act delivery", "grade A"]),
        ({"act": ("delivery",), "status": ("denied",)}, None),
        ({"source": ("antara",), "language": ("id",)}, ["source antara", "language id"]),
        ({"language": ("en",)}, None),
        ({"keyword": ("rusia",)}, ["keyword rusia"]),
        ({"keyword": ("rus",)}, None),
        ({"kinds": ("development",)}, None),
    ],
)
def test_conditions(rule: dict[str, Any], why: list[str] | None) -> None:
    said = mention(goods=["rudal balistik"], systems=["iskander"])
    assert matched(Rule(name="a", **rule), material(said)) == why


def test_all_conditions_must_hold_of_one_mention() -> None:
    rule = Rule(name="a", act=("talks",), status=("denied",))
    talks, denial = mention(act="talks"), mention(act="delivery", status="denied")
    assert matched(rule, material(talks, denial)) is None
    assert matched(rule, material(mention(act="talks", status="denied"))) == ["act talks", "status denied"]


def test_a_mention_counts_for_the_party_that_its_deal_is_known_to_have() -> None:
    known = material(mention())
    vague = material(mention("", "KP", ""), deal=known.deal)
    assert matched(Rule(name="a", supplier=("RU",)), vague) == ["supplier RU"]


def test_where_the_direction_is_not_said_either_may_supply() -> None:
    both = material(mention("RU KP", "", directed=False))
    assert matched(Rule(name="a", recipient=("KP",)), both) == ["recipient KP"]


def test_nothing_that_may_alert_matches_nothing() -> None:
    empty = material(mention())
    empty.facts, empty.texts = [], []
    assert matched(Rule(name="a"), empty) is None


def test_the_rules_in_the_documentation_are_right() -> None:
    text = (Path(__file__).parents[2] / "docs" / "alerting.md").read_text("utf8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    rules = parse(example, "docs/alerting.md")
    assert [(rule.party, rule.supplier) for rule in rules.rules] == [
        (("KP",), ()),
        ((), ("RU", "BY")),
        ((), ()),
    ]
