"""What the alert stage has decided about one version of a story: the record of kawat-decisions.

It holds no article text: names, goods, quantities and offsets only. `alerts.apply` makes the state of it and
`alerts.render` the alerts, so that both come out the same whoever reads it, and however often.
"""

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

from processors.records import Act, AlertKind, Deal, DealStatus, GoodsClass, Grade
from processors.story_life import Version

SCHEMA = 1

Outcome = Literal[
    "new",  # first told of a deal that was not known
    "development",  # a known deal, and something new of it
    "copy",  # known
    "background",  # dated or cued as past
    "digest",  # grade C or urged against, not known yet: for rules with a digest
    "corrected",  # said by a correction in the place of what it corrects: a follow-up tells it
    "restored",  # of a story that was killed or withheld: a follow-up tells it
    "suppressed",  # marked as false
    "seeded",  # known before alerting began
    "ambiguous",  # several open deals it could be
    "unattached",  # no open deal it could be, and too little to open one
]
ClaimantClass = Literal["supplier", "recipient", "third_government", "company", "media", "analyst", "other"]
ALERTING: frozenset[Outcome] = frozenset({"new", "development"})

_LONGEST = 400  # bytes of an id
_SHORT = 8  # hex digits


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mention less its evidence. Ids are those of deals: a state's body counts as the state."""

    start: int
    end: int
    act: Act
    status: DealStatus
    grade: Grade
    claimant_class: ClaimantClass = "media"
    supplier: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    claimant: str | None = None
    quantity: str | None = None
    value: str | None = None
    why: tuple[str, ...] = ()
    supplier_ids: tuple[str, ...] = ()
    recipient_ids: tuple[str, ...] = ()
    directed: bool = True
    goods_classes: tuple[GoodsClass, ...] = ()
    systems: tuple[str, ...] = ()
    background: bool = False


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was decided about one mention of the version."""

    fact: Fact
    outcome: Outcome
    deal: str | None = None  # None: attached to none
    claim: str | None = None  # its claim key, see `claims.claim_key`; None: no deal
    news: tuple[str, ...] = ()  # what is new, for people


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a story under embargo says of a deal: known to others from `since` on."""

    since: datetime
    story: str
    deal: Deal
    systems: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    stage: int = 0


class Known(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A deal and what is known of it, as it stands after the decision."""

    deal: Deal
    last: datetime  # mention
    since: datetime | None = None  # opened under an embargo: hidden from others until then
    first_alert: str | None = None  # group
    systems: tuple[str, ...] = ()
    quantities: tuple[str, ...] = ()  # as `amounts.canonical` gives them
    values: tuple[str, ...] = ()
    stage: int = 0  # 0 none, talks 1, agreement 2, order 3, delivery 4
    loose: bool = False  # of a generic mention: nothing attaches to it but copies of its story
    parts: tuple[Part, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The alerts of all rules for one deal in one version."""

    id: str
    deal: str
    kind: AlertKind
    story: str
    claims: tuple[str, ...]  # claim keys of what alerts
    digest: bool = False  # nothing alerts: only digests have it
    first_alert: str | None = None
    origins: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    not_before: datetime | None = None


class FollowUp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What everybody hears who got the alerts of a group."""

    follows: str  # group
    kind: AlertKind
    deal: Deal  # as known at that time
    news: tuple[str, ...] = ()
    remaining: int | None = None
    claims: tuple[str, ...] = ()  # claim keys that the group stands for from now on, too
    before: tuple[Fact, ...] = ()
    after: tuple[int, ...] = ()  # positions in `Decision.said`
    overtaken: bool = False  # withdrawn before it was due, because the news came out otherwise
    origins: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    first_alert: str | None = None
    not_before: datetime | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that one version of a story changes."""

    id: str
    seq: int  # the state counts up; the order to fold in
    decided: datetime
    story: str
    order: int
    version: Version
    source: str
    fingerprint: str = ""
    speaks: bool = True  # False: remembered, but another version stands
    origin: str = ""  # whose report it is: the credited source, else its own
    seed: bool = False
    not_before: datetime | None = None
    said: tuple[Said, ...] = ()  # in the order of the record's mentions
    kept: tuple[Said, ...] = ()  # of the version before, where this one only adds to it
    deals: tuple[Known, ...] = ()  # every deal that was touched
    groups: tuple[Group, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    schema: int = SCHEMA


def decision_id(story: str, order: int) -> str:
    """`<story>@<order>`, hashed where it is longer than 400 bytes."""
    return bounded(f"{story}@{order}")


def short_id(alert: str) -> str:
    """What people call an alert by."""
    return hashlib.sha256(alert.encode()).hexdigest()[:_SHORT]


def group_id(decision: str, deal: str) -> str:
    return bounded(f"{decision}/{deal}")


def alert_id(group: str, rule: str) -> str:
    return bounded(f"{group}/{rule}")


def bounded(name: str) -> str:
    return name if len(name.encode()) <= _LONGEST else "sha256-" + hashlib.sha256(name.encode()).hexdigest()
