"""What an address asks for: the filters that the page, the live stream and the search share."""

from typing import NamedTuple

from multidict import MultiMapping

from processors.errors import UsageError
from processors.wanted import Wanted
from streams.elastic.clauses import codes_of
from streams.monitor.board import Filter

_LONGEST = 500  # characters of one value
_MOST = 50  # values of one filter


class Asked(NamedTuple):
    """The values of each filter, without the empty ones."""

    text: list[str]
    source: list[str]
    person: list[str]
    country: list[str]
    language: list[str]
    deals: bool
    alerts: bool

    @classmethod
    def of(cls, query: MultiMapping[str]) -> "Asked":
        """Raises UsageError where a filter has too many values or too long ones."""
        return cls(
            **{name: _values(query, name) for name in ("text", "source", "person", "country", "language")},
            deals=_flag(query, "deals"),
            alerts=_flag(query, "alerts"),
        )

    def filter(self) -> Filter:
        """Raises UsageError where no country is called so."""
        wanted = Wanted(
            words=[word for text in self.text for word in text.split()],
            sources=self.source,
            languages=self.language,
            names=self.person,
            countries=[codes_of(each) for each in self.country],
            deals=self.deals,
        )
        return Filter(wanted, alerted=self.alerts)


def _values(query: MultiMapping[str], name: str) -> list[str]:
    values = [value.strip() for value in query.getall(name, []) if value.strip()]
    if len(values) > _MOST or any(len(value) > _LONGEST for value in values):
        raise UsageError(f"{name}: at most {_MOST} values of {_LONGEST} characters each")
    return values


def _flag(query: MultiMapping[str], name: str) -> bool:
    return query.get(name, "").strip().lower() in ("1", "true", "yes", "on")
