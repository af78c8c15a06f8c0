"""The whole enrichment: names, entities, quotes and their speakers, arms deals, in the order they are found.

article ─► tagging ─► names mended ─► entities ─► quotes by their marks ─► reported ─► speakers ─► arms deals
"""

from collections.abc import Sequence

from processors import arms_deals, duplicates, entities, names, quotes, reported, speakers
from processors.gazetteer import EMPTY, Gazetteer
from processors.languages.pack import LanguagePack, pack
from processors.records import SCHEMA, ArmsDeal, Article, Document, Entity, Pipeline, Quote, Timings
from processors.tagged import Tagged
from processors.tagging import Tagger
from processors.words import Text

TAGGED = 500_000  # characters, far beyond any story: more take longer than a stage lets an article take
NOTICES = ("kill", "hold", "advisory")  # about a story, not a story: never mined for quotes or deals

_NOTHING: tuple[list[Entity], list[Quote], list[ArmsDeal]] = ([], [], [])


class Enricher:
    """Holds the model. Loading takes seconds; an instance serves one thread."""

    def __init__(self, *, threads: int = 1, gazetteer: Gazetteer = EMPTY) -> None:
        self.gazetteer = gazetteer
        self.tagger = Tagger(threads=threads)
        self.pipeline = Pipeline(schema=SCHEMA, model=self.tagger.revision)

    def enrich(self, articles: Sequence[Article]) -> list[Document]:
        """A document an article, in order; many at once are faster. `timings.enriched` stays None.

        Beyond `TAGGED` characters nothing is looked for but direct quotes.
        Killed and empty articles and those in a language without a pack pass through as they are.
        """
        readable = [article for article in articles if _pack(article)]
        texts, languages = [_beginning(a.body) for a in readable], [a.language for a in readable]
        tagged = iter(self.tagger.tag(texts, languages))
        return [self._document(article, next(tagged) if _pack(article) else None) for article in articles]

    def _document(self, article: Article, tagged: Tagged | None) -> Document:
        language = _pack(article)
        found, said, deals = (
            read(article, tagged, language, self.gazetteer) if tagged and language else _NOTHING
        )
        return Document(
            **{name: getattr(article, name) for name in article.__struct_fields__},
            entities=found,
            quotes=said,
            arms_deals=deals,
            signature=duplicates.signature(article.body),
            timings=Timings(received=article.received, parsed=article.parsed),
            pipeline=self.pipeline,
        )


def read(
    article: Article, tagged: Tagged, language: LanguagePack, gazetteer: Gazetteer = EMPTY
) -> tuple[list[Entity], list[Quote], list[ArmsDeal]]:
    """The entities, quotes and arms deals of an article whose names are tagged."""
    tagged_names = names.mended(article.body, tagged.names, language)
    found = entities.group(article.body, tagged_names, language, gazetteer)
    if article.change in NOTICES:
        return found, [], []
    text = Text(article.body, language, [(m.start, m.end) for entity in found for m in entity.mentions])
    said = quotes.direct(text)
    clauses = reported.reported(text, tagged, quotes.spans(said))
    told = speakers.attribute(text, said, found, clauses)
    return found, told, arms_deals.find(text, tagged, found, told)


def _beginning(body: str) -> str:
    """All of a story; of what is no story any more, what comes before a paragraph's end."""
    if len(body) <= TAGGED:
        return body
    end = body.rfind("\n\n", TAGGED // 2, TAGGED)
    return body[: end if end > 0 else TAGGED]


def _pack(article: Article) -> LanguagePack | None:
    if article.status == "canceled" or not article.body.strip():
        return None
    return pack(article.language)
