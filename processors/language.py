"""Which language a story is in."""

import re
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNDECIDED = "und"

# What wires that reach Indonesia carry. Fewer candidates make fewer mistakes: names pull short texts anywhere
# fmt: off
_CANDIDATES = (
    "ar", "de", "en", "es", "fa", "fr", "he", "hi", "id", "it", "ja", "jv", "km", "ko", "lo", "ms", "my",
    "nl", "pt", "ru", "su", "ta", "th", "tl", "tr", "uk", "ur", "vi", "zh",
)
# fmt: on
_SAME = {"ms": "id", "jv": "id", "su": "id"}  # close kin, told apart by no detector in a few sentences
_ENOUGH = 250  # characters; the detector walks them byte by byte, and a lead tells
_MORE = 4000  # where these do not
_LEAST_LETTERS = 12
_SURE = 0.5
_TAG = re.compile(r"([a-zA-Z]{2,3})(?:[-_][\w-]{1,20})?")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_FOREIGN_LETTERS = re.compile(r"[^\x00-\u024f\u2000-\u206f]+")
_OBSOLETE = {"in": "id", "iw": "he", "ind": "id", "eng": "en", "may": "ms", "msa": "ms"}


def normal(tag: str | None) -> str | None:
    """The primary subtag of a provider's language tag: "id-ID" is "id". None where it is no tag."""
    found = _TAG.fullmatch(tag.strip()) if tag else None
    if not found or found[1].lower() == UNDECIDED:
        return None
    return _OBSOLETE.get(found[1].lower(), found[1].lower())


def detect(text: str) -> str:
    """The ISO 639-1 code of the text's language; "und" for too little text or too little certainty."""
    text = _of_one_script(text[:_MORE])
    for length in (_ENOUGH, _MORE):
        sample = text[:length]
        if sum(map(str.isalpha, sample)) < _LEAST_LETTERS:
            continue
        classified = _identifier().classify(sample)
        code, certainty = str(classified[0]), float(classified[1])
        if certainty >= _SURE:
            return _SAME.get(code, code)
    return UNDECIDED


def _of_one_script(text: str) -> str:
    """The text less foreign letters where Latin ones prevail: a prayer in Arabic makes no Arabic story."""
    if text.isascii():
        return text
    return (
        _FOREIGN_LETTERS.sub(" ", text)
        if len(_LATIN.findall(text)) > 0.4 * sum(map(str.isalpha, text))
        else text
    )


@cache
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in _CANDIDATES if code in identifier.nb_classes])
    return identifier
