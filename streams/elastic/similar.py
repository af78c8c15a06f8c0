"""Stories that speak of what a story speaks of, in its language."""

from processors.languages.pack import LANGUAGES
from streams.elastic.clauses import Json

_TEXT = 20_000  # characters; the news is at the beginning
_TERMS = 40
_SHARED = "30%"  # of those terms


def like(document: Json) -> Json:
    """Scores by the rare words that are shared; never the story itself."""
    code = document["language"].partition("-")[0]
    view = f".{code}" if code in LANGUAGES else ""
    text = f"{document.get('headline') or ''}\n{document['body']}"[:_TEXT]
    alike = {
        "fields": [f"headline{view}", f"body{view}"],
        "like": text,
        "min_term_freq": 1,
        "min_doc_freq": 2,
        "max_query_terms": _TERMS,
        "minimum_should_match": _SHARED,
    }
    itself = {"term": {"id": document["id"]}}
    return {"bool": {"must": {"more_like_this": alike}, "must_not": itself}}
