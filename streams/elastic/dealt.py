"""Stories by the arms deals that they mention: who supplies what to whom, all in one mention."""

from collections.abc import Sequence
from dataclasses import dataclass

from streams.elastic import clauses
from streams.elastic.clauses import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Deals:
    """Parties are ids, countries' codes or names, or names as printed; goods a class or a name.

    Several values of one filter: any of them; several filters: all of them, in the same mention.
    """

    mentioned: bool = False  # any at all
    suppliers: Sequence[str] = ()
    recipients: Sequence[str] = ()
    goods: Sequence[str] = ()
    between: Sequence[tuple[str, str]] = ()  # whoever of the two supplies the other

    def clauses(self) -> list[Json]:
        """One clause for all; none where nothing is asked."""
        asked = [
            *clauses.any_of(_party("supplier", each) for each in self.suppliers),
            *clauses.any_of(_party("recipient", each) for each in self.recipients),
            *clauses.any_of(map(_goods, self.goods)),
            *clauses.any_of(_between(*pair) for pair in self.between),
        ]
        if not asked and not self.mentioned:
            return []
        mention = {"bool": {"filter": asked or {"exists": {"field": "arms_deals.act"}}}}
        return [{"nested": {"path": "arms_deals", "query": mention}}]


def _between(one: str, other: str) -> Json:
    ways = [
        (_party("supplier", one), _party("recipient", other)),
        (_party("supplier", other), _party("recipient", one)),
        (_party("supplier", one), _party("supplier", other)),  # partners: both stand on this side
    ]
    return clauses.either({"bool": {"filter": list(both)}} for both in ways)


def _party(side: str, name: str) -> Json:
    ids = clauses.party_ids(name)
    printed = {"query": name, "operator": "and"}
    return clauses.either(
        [{"terms": {f"arms_deals.{side}_ids": ids}}, {"match": {f"arms_deals.{side}.text": printed}}]
    )


def _goods(name: str) -> Json:
    key = name.casefold()
    return clauses.either(
        [
            {"term": {"arms_deals.goods_classes": key.replace(" ", "_")}},
            {"term": {"arms_deals.systems": key}},
            {"match": {"arms_deals.goods.text": {"query": name, "operator": "and"}}},
        ]
    )
