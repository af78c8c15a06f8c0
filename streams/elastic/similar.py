"""Stories that speak of what a story speaks of, in its language."""

from processors.languages.pack import LANGUAGES
from streams.elastic.clauses import Json

_TEXT = 20_000  # characters; the news is at the beginning
_TERMS = 25
_SHARED = "30%"  # of those terms
_COMMON = 5_000  # stories with a word that says nothing any more, however often a story has it


def like(document: Json) -> Json:
    """Scores by the rare words that are shared; never the story itself."""
    its = view(document)
    text = f"{document.get('headline') or ''}\n{document['body']}"[:_TEXT]
    alike = {
        "fields": [f"body{its}"],  # of each field a share is asked: two words of headlines would do
        "max_doc_freq": _COMMON,
        "like": text,
        "min_term_freq": 1,
        "min_doc_freq": 2,
        "max_query_terms": _TERMS,
        "minimum_should_match": _SHARED,
    }
    itself = {"term": {"id": document["id"]}}
    return {"bool": {"must": {"more_like_this": alike}, "must_not": itself}}


def view(document: Json) -> str:
    """How a text in its language is analysed: one of `clauses.VIEWS`."""
    code = document["language"].partition("-")[0]
    return f".{code}" if code in LANGUAGES else ""
