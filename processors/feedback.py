"""What the watchers say about alerts: the entries of kawat-feedback."""

from datetime import datetime
from typing import Literal

import msgspec

Action = Literal["true", "false", "same-as", "split", "mute"]


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. Of `mark`: what was marked; of `mute`: exactly one of deal, rule, source, and until.

    false: `claims` never alert again. same-as: `deal` is `other`. split: `claims` of `group` move from `deal`
    to a deal of their own. true says nothing to the state; a mute is notify's business.
    """

    id: str
    at: datetime
    who: str
    action: Action
    alert: str | None = None
    group: str | None = None
    deal: str | None = None
    claims: tuple[str, ...] = ()  # claim keys of the group
    other: str | None = None  # of same-as: the other deal's id
    rule: str | None = None
    source: str | None = None
    until: datetime | None = None
    note: str | None = None
