"""The spellings of an article's names and which of them are one entity: a forest.

Two forms of different ids are never joined, whatever else says that they are one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from processors.records import EntityType, Mention
from processors.tagged import Name


@dataclass(slots=True, eq=False)
class Form:
    """All mentions of one spelling."""

    type: EntityType
    words: tuple[str, ...]  # the name's, as `spelling`, `places` and `organisations` make them alike
    id: str | None = None  # where it is known by its name alone
    acting: bool = False  # a capital that stands for its state
    mentions: list[Mention] = field(default_factory=list)

    @property
    def first(self) -> int:
        return self.mentions[0].start

    @property
    def text(self) -> str:
        return self.mentions[0].text


class Forest:
    """Forms in order of appearance, with the form of each name; joined forms are one entity."""

    def __init__(self, names: Sequence[Name], of: Sequence[Form]) -> None:
        self.names = names
        self.of = of
        self.all = list(dict.fromkeys(of))
        self._up = {form: form for form in self.all}
        self._id = {form: form.id for form in self.all}

    def root(self, form: Form) -> Form:
        while (up := self._up[form]) is not form:
            self._up[form] = self._up[up]
            form = up
        return form

    def id(self, form: Form) -> str | None:
        """The id that is known of the entity."""
        return self._id[self.root(form)]

    def know(self, form: Form, known: str) -> None:
        self._id[self.root(form)] = known

    def join(self, one: Form, other: Form) -> bool:
        """Makes two forms one entity; False where they are known for two."""
        a, b = self.root(one), self.root(other)
        if a is b:
            return True
        ids = {self._id[a], self._id[b]} - {None}
        if a.type != b.type or len(ids) > 1:
            return False
        self._up[b] = a
        self._id[a] = next(iter(ids), None)
        return True

    def typed(self, kind: EntityType) -> list[Form]:
        return [form for form in self.all if form.type == kind]

    def roots(self, forms: Sequence[Form]) -> set[Form]:
        return {self.root(form) for form in forms}

    def groups(self) -> Iterator[list[Form]]:
        groups: dict[Form, list[Form]] = {}
        for form in self.all:
            groups.setdefault(self.root(form), []).append(form)
        yield from groups.values()
