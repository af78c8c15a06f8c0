"""What a web page put around and into the article: share bars, links to other stories, teasers, captions.

Only what is plainly not the story goes. A teaser or link in the middle of a paragraph goes only where its
end is plain; text after "halaman selanjutnya" and "SCROLL TO CONTINUE" is the story and stays.
"""

import re
from collections.abc import Callable

from processors.wordlists import table

_LISTS = table("boilerplate.toml")
_PARAGRAPHS = frozenset(_LISTS["paragraphs"])
_CAPTION_WORDS = "|".join(map(re.escape, _LISTS["captions"]))
_LINK_MOST = 220  # characters; a longer paragraph holds more than the link
_TITLE_MOST = 200


def _starts(phrases: list[str], flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile(r"[\"'>» ]{0,4}(?:" + "|".join(map(re.escape, phrases)) + r")(?!\w)", flags)


_LINK = _starts(_LISTS["links"], re.IGNORECASE)
_TEASER = _starts(_LISTS["teasers"])
_READ_ALSO = re.compile(r"\bbaca juga ?: ?", re.IGNORECASE)
_MARKER = re.compile(r" *(?<!\w)(?:" + "|".join(map(re.escape, _LISTS["markers"])) + r")(?!\w) *")
_EMBED = re.compile(r" *\[Gambas:[^\[\]\n]{0,80}\] *")
_PLAIN_TEASERS = [phrase for phrase in _LISTS["teasers"] if phrase.endswith(":")]  # no sentence holds these
_TEASER_INSIDE = re.compile(
    r"(?:(?<=[.!?”’)])|(?<=[.!?,][\"'])) ?['\"]?(?:"
    + "|".join(map(re.escape, _LISTS["teasers"]))
    + r")(?!\w)"
    r"| (?:" + "|".join(map(re.escape, _PLAIN_TEASERS)) + ")"
)
_TEASER_END = re.compile(
    r"\[Gambas:[^\[\]\n]{0,80}\]|(?:" + "|".join(map(re.escape, _LISTS["teaser_ends"])) + r")"
)
_CAPTION = re.compile(
    rf"(?:.{{0,230}}\(\s*(?:{_CAPTION_WORDS})\b[^()]{{0,60}}\)\.?"
    r"|.{10,200}\((?-i:[A-Z]{3,}[A-Z. ]*)(?:\.(?:com|co\.id))?/[^()]{3,40}\)"
    r"|.{10,200} \| ?(?:istimewa|(?:foto|photo|dok)\b.{0,40}|[\w. ]{3,30}/ ?[\w .]{3,40}))$",
    re.IGNORECASE,
)
_CAPTION_OPENER = re.compile(
    r"(?:" + "|".join(map(re.escape, _LISTS["caption_openers"])) + r")\b", re.IGNORECASE
)
_QUOTE = re.compile(r"[\"“”]")
_QUOTES = "\"'“"
_STOP = (".", "!", "?", '"', "”", ":", ";", ")", "’", "…")
_SENTENCE_BREAK = re.compile(r"(?<=[a-z0-9)\"”][.!?]) (?=[A-Z“\"])")
_PROSE_ENDS = (".", '"', "”")
_GLUE = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z]+[ ,]|[“\"][A-Z])")
_WORD = re.compile(r"\S+")
_SPACES = re.compile(r" {2,}")
_OPENERS = frozenset(_LISTS["openers"])
_PARTICLES = frozenset(_LISTS["title_particles"])
_AROUND = ",.:;!?\"“”'()"
_LOWER_IN_TITLE = 1  # words that a title may print in lower case against the rule
_LIST_MOST = 8


def without(paragraphs: list[str]) -> list[str]:
    """The paragraphs less what is not the story; some fall into two where a marker stood."""
    pieces: list[str] = []
    for paragraph in paragraphs:
        pieces += _split(paragraph)
    return _unlisted(_uncaptioned(pieces))


def is_one(paragraph: str) -> bool:
    """Whether the whole paragraph is furniture."""
    if paragraph.casefold() in _PARAGRAPHS:
        return True
    if len(paragraph) > _LINK_MOST or (paragraph[:1] in _QUOTES and paragraph.endswith(".")):
        return False  # the second is what somebody said
    if _LINK.match(paragraph):
        return not _holds_prose(paragraph)
    return bool(_TEASER.match(paragraph)) and not _holds_prose(paragraph)


def _holds_prose(link: str) -> bool:
    """Whether a sentence follows the link's title in the same paragraph."""
    return any(len(piece) > 60 and piece.endswith(_PROSE_ENDS) for piece in _SENTENCE_BREAK.split(link)[1:])


def _split(paragraph: str) -> list[str]:
    text = _MARKER.sub("\n", paragraph) if _MARKER.search(paragraph) else paragraph
    return [kept for piece in text.split("\n") if (kept := _without_inline(piece.strip()))]


def _without_inline(text: str) -> str:
    if "uga" in text or "UGA" in text:
        text = _without(text, list(_READ_ALSO.finditer(text)), _link_length)
    text = _without(text, list(_TEASER_INSIDE.finditer(text)), _teaser_length)
    return _EMBED.sub(" ", text).strip() if "[Gambas" in text else text


def _without(text: str, places: list[re.Match[str]], length: Callable[[str, bool], int | None]) -> str:
    """The text less what begins at these places and whose length can be told.

    From the right, so that each sees the next one's beginning as an end.
    """
    kept: list[str] = []
    limit = len(text)
    for found in reversed(places):
        rest = text[found.end() : min(found.end() + _TITLE_MOST, limit)]
        is_last = found.end() + len(rest) == limit
        cut = length(rest, is_last) if found.end() <= limit and not (is_last and found.start() == 0) else None
        if cut is not None:
            kept.append(text[found.end() + cut : limit])
            limit = found.start()
    if not kept:
        return text
    return _SPACES.sub(" ", " ".join([text[:limit], *reversed(kept)])).strip()


def _teaser_length(rest: str, is_last: bool) -> int | None:
    """How long the title is that a teaser announces, where its mark or the end of the text says so."""
    if marked := _TEASER_END.search(rest):
        return marked.end()
    prose = any(piece.endswith(_PROSE_ENDS) for piece in _SENTENCE_BREAK.split(rest)[1:])
    return len(rest) if is_last and not prose else None


def _link_length(rest: str, is_last: bool) -> int | None:
    """How long the title of "Baca juga: <title>" is."""
    end = _title_end(rest)
    return len(rest) if end is None and is_last and _is_title(rest) else end


def _title_end(text: str) -> int | None:
    """Where a title that runs into a sentence is over: at a glued capital or at the sentence's first word.

    The title is in title case; the sentence shows by its first lower-case word that no title would print
    so, and begins at the last word before it that opens sentences. None where there is no such word.
    """
    glued = _GLUE.search(text)
    if glued and sum(map(_is_prose, _WORD.findall(text[: glued.start()]))) <= _LOWER_IN_TITLE:
        return glued.start()
    opener: int | None = None
    for count, word in enumerate(_WORD.finditer(text)):
        if count and (word[0].strip(_AROUND) in _OPENERS or word[0][0] == "“"):
            opener = word.start()
        elif _is_prose(word[0]):
            return opener
    return None


def _is_title(text: str) -> bool:
    return sum(map(_is_prose, _WORD.findall(text))) <= _LOWER_IN_TITLE and not text.endswith(
        (*_PROSE_ENDS, ")")
    )


def _is_prose(word: str) -> bool:
    """Whether a title in title case would not print the word so."""
    bare = word.strip(_AROUND)
    return bare[:1].islower() and bare not in _PARTICLES


def _uncaptioned(paragraphs: list[str]) -> list[str]:
    """Drops captions, and the picture's alternative text above one: lower case, without a stop.

    The last paragraph is none: what it ends with in brackets is the story's own source.
    """
    kept: list[str] = []
    for at, paragraph in enumerate(paragraphs):
        if at == len(paragraphs) - 1 or not is_caption(paragraph):
            kept.append(paragraph)
        elif len(kept) > 1 and _is_alternative_text(kept[-1]):
            kept.pop()
    return kept


def is_caption(paragraph: str) -> bool:
    """Whether it is a picture's caption: one sentence and its credit, or an opener that says so."""
    if len(paragraph) > 300 or _QUOTE.search(paragraph):
        return False
    if _CAPTION_OPENER.match(paragraph) and not paragraph.endswith((".", "!", "?", ":")):
        return True
    return bool(_CAPTION.match(paragraph)) and not _SENTENCE_BREAK.search(paragraph.rpartition("(")[0])


def _is_alternative_text(paragraph: str) -> bool:
    return len(paragraph) < 150 and paragraph[:1].islower() and not paragraph.endswith(_STOP)


def _unlisted(paragraphs: list[str]) -> list[str]:
    """Drops furniture, the titles under a bare "Baca juga:", and a last line that "Saksikan:" announces."""
    kept: list[str] = []
    listed, announced = 0, False
    for at, paragraph in enumerate(paragraphs):
        if is_one(paragraph):
            announced = paragraph.endswith(":")
            listed = _LIST_MOST if paragraph.casefold().rstrip(": ") == "baca juga" else 0
            continue
        if listed and len(paragraph) < 120 and not paragraph.endswith(_STOP):
            listed -= 1
            continue
        if announced and at == len(paragraphs) - 1 and len(paragraph) < 120 and not paragraph.endswith(_STOP):
            continue
        listed, announced = 0, False
        kept.append(paragraph)
    return kept
