"""Which version of a story stands, whatever the order and the number of their arrivals.

The rules (NEWSROOM, "Story life"):

* the highest order stands; a withheld version stands too, but not live, until a newer one is usable;
* a kill takes down every version that is not *later* than it, for good;
* a story that was killed stays killed until a later version says outright that it is usable;
  from then on its newest later version stands;
* later than a kill means: of a higher order, and either dated by the provider or of a higher version
  number. The order of an undated version is the time of its arrival, so that a re-sent copy of the
  killed version would otherwise pass for a new one.

`standing` is a function of the set of versions, so no order of arrival can change what it says.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from processors.records import Article, Status

# Orders are at most 3 above a multiple of 8 (rank), so this bit is free between two of them.
_OUTRANKS_HEAD = 4

# What a killed version keeps: its identity, its place in the story's life, and not a word of its text.
KEPT = (
    "id",
    "source",
    "item_id",
    "version",
    "order",
    "status",
    "provider_status",
    "change",
    "corrects",
    "format",
    "language",
    "version_time",
    "published",
    "received",
    "sequence",
    "cluster_id",
    "schema",
    "fingerprint",
    "pipeline",
)


class Version(NamedTuple):
    """What decides between two versions of one story."""

    order: int
    number: int  # the provider's version number
    status: Status
    dated: bool  # the provider gave this version a time
    explicit: bool  # the payload said its status

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Version":
        """The version that an article's fields (an indexed document's, too) describe."""
        return cls(
            order=fields["order"],
            number=fields["version"],
            status=fields["status"],
            dated=fields.get("version_time") is not None,
            explicit=fields.get("provider_status") is not None,
        )

    @classmethod
    def of_article(cls, article: Article) -> "Version":
        return cls(
            order=article.order,
            number=article.version,
            status=article.status,
            dated=article.version_time is not None,
            explicit=article.provider_status is not None,
        )


class Kill(NamedTuple):
    """All kills of one story as one bound: the highest order and the highest number among them."""

    order: int
    number: int


class Standing(NamedTuple):
    """The outcome: the version that stands, and how it came to."""

    version: Version
    head: int  # the highest order the story has, of whatever fate
    restored: bool  # it is the version that brought a killed story back

    @property
    def external_version(self) -> int:
        """Elasticsearch's version of the story's document: its order.

        Where a kill or a revival puts an older version on top, a number just above the head's order, so
        that no second delivery of the head can win against it.
        """
        return self.head if self.version.order == self.head else self.head | _OUTRANKS_HEAD


def kill_among(versions: Iterable[Version], known: Kill | None = None) -> Kill | None:
    """The story's kills, those already `known` included; None where there is none."""
    bounds = [Kill(each.order, each.number) for each in versions if each.status == "canceled"]
    if known is not None:
        bounds.append(known)
    if not bounds:
        return None
    return Kill(max(each.order for each in bounds), max(each.number for each in bounds))


def is_killed(version: Version, kill: Kill | None) -> bool:
    """Whether the version's text must go: it is a kill itself, or not later than one. Never undone."""
    if kill is None:
        return False
    return version.status == "canceled" or not _later(version, kill)


def standing(versions: Iterable[Version]) -> Standing:
    """Which of all the story's versions stands.

    Raises ValueError where there is no version.
    """
    known = sorted(set(versions))
    head = known[-1].order if known else 0
    kill = kill_among(known)
    if kill is None:
        return Standing(max(known), head, restored=False)
    later = [each for each in known if not is_killed(each, kill)]
    revivals = [each for each in later if each.status == "usable" and each.explicit]
    if not revivals:
        return Standing(max(each for each in known if each.status == "canceled"), head, restored=False)
    return Standing(later[-1], head, restored=later[-1] == revivals[0])


def tombstone(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The document that takes a killed version's place: what `KEPT` names and no text."""
    kept = {name: fields[name] for name in KEPT if fields.get(name) is not None}
    return kept | {"body": "", "live": False, "killed": True, "entities": [], "quotes": [], "arms_deals": []}


def _later(version: Version, kill: Kill) -> bool:
    return version.order > kill.order and (version.dated or version.number > kill.number)
