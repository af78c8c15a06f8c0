"""How sure a sentence is of a deal, by the words that govern its act: the rules of grammar, strongest first.

Who denies an accusation denies; who urges to stop a sale that is planned urges against it.
"""

from collections.abc import Callable, Sequence

from processors.deal_sentences import MOVING, DealSentence
from processors.deal_words import Sign
from processors.records import DealStatus

Cues = dict[str, list[Sign]]  # the signs of a sentence by class

_LASTING = ("alleged",)
_AHEAD = 6  # words from a word of the future to the act it governs
_BESIDE = 3  # words from an act to the word of the future behind it
_NOTHING = 6  # words between "tidak ada" and what there is not
_STOPPED = 12  # words from "mendesak" to what is to stop
_BEFORE = 2  # words before a cue that turn it round


def statuses(chosen: Sequence[DealSentence]) -> list[DealStatus]:
    """The statuses of an article's mentions: what says nothing of its own is as sure as the first one is.

    An article that begins with an allegation alleges on, save where a sentence tells a whole deal.
    """
    told = [by_rule(sentence) for sentence in chosen]
    first = told[0] if told else None
    lasting = first if first in _LASTING else "confirmed"
    return [
        status or ("confirmed" if sentence.strong or _settled(sentence) else lasting)
        for sentence, status in zip(chosen, told, strict=True)
    ]


def _settled(sentence: DealSentence) -> bool:
    """Told as past, or of a ban that is in force."""
    return sentence.has("background") or sentence.has("bar")


def by_rule(sentence: DealSentence) -> DealStatus | None:
    """The status as the strongest cue of a sentence has it; None without any."""
    cues: dict[str, list[Sign]] = {}
    for sign in sentence.signs:
        cues.setdefault(sign.name, []).append(sign)
    return next((status for holds, status in _RULES if holds(cues, sentence)), None)


def _urged(cues: Cues, _: DealSentence) -> bool:
    return "urge" in cues or _told_to_stop(cues)


def _wanted(cues: Cues, _: DealSentence) -> bool:
    """ "mendesak Dewan Keamanan menjatuhkan embargo"."""
    return "demand" in cues and "bar" in cues


def _open(cues: Cues, _: DealSentence) -> bool:
    """ "belum ada keputusan membeli", "tidak membenarkan ataupun membantah"."""
    return "undecided" in cues


def _suspended(cues: Cues, sentence: DealSentence) -> bool:
    """Not "sempat tertunda", which is over, nor "aset yang dibekukan", nor "menghentikan rudal"."""
    return any(
        not (_turned(cue, cues) or _past(cue, cues) or _lifted(cue, cues)) and _stops(cue, cues, sentence)
        for cue in cues.get("suspend", ())
    )


def _stops(cue: Sign, cues: Cues, sentence: DealSentence) -> bool:
    """What stands behind an active verb is what stops: a deal or what moves goods."""
    if all(act.first != cue.first or act.form != "active" for act in sentence.acts):
        return True
    moved = (act for act in sentence.acts if act.first != cue.first)
    return any(0 < other.first - cue.last <= _AHEAD for other in (*cues.get("deal", ()), *moved))


def _past(cue: Sign, cues: Cues) -> bool:
    """ "sempat ditunda", "pembekuan aset"."""
    return any(
        0 < cue.first - over.last <= _BEFORE + 1 or over.first == cue.last + 1
        for over in cues.get("over", ())
    )


def _lifted(cue: Sign, cues: Cues) -> bool:
    """ "mencabut penangguhan"."""
    return any(0 < cue.first - lift.last <= _BEFORE for lift in cues.get("lift", ()))


def _leaked(cues: Cues, sentence: DealSentence) -> bool:
    """By who does not want to be named; "The New York Times melaporkan", "diberitakan oleh Reuters"."""
    media = [party for party in sentence.parties if party.kind == "outlet"]
    told = cues.get("report", ())
    by = {sign.last for sign in cues.get("by", ())}
    return "anonymous" in cues or any(
        0 < cue.first - medium.last <= _BESIDE or (cue.last + 1 in by and medium.first == cue.last + 2)
        for cue in told
        for medium in media
    )


def _alleged(cues: Cues, _: DealSentence) -> bool:
    return "allege" in cues


def _may(cues: Cues, sentence: DealSentence) -> bool:
    return any(_governs(cue, sentence) for cue in cues.get("possible", ()))


def _will(cues: Cues, sentence: DealSentence) -> bool:
    return "scheduled" in cues or any(_governs(cue, sentence) for cue in cues.get("plan", ()))


def _might(cues: Cues, _: DealSentence) -> bool:
    return "possible" in cues and "bar" not in cues


def _rumoured(cues: Cues, _: DealSentence) -> bool:
    return "hearsay" in cues


def _reported(cues: Cues, _: DealSentence) -> bool:
    return "report" in cues


def _admitted(cues: Cues, _: DealSentence) -> bool:
    """Nothing is alleged or planned before a word of admitting."""
    others = [cue.first for name in ("allege", "plan", "possible", "report") for cue in cues.get(name, ())]
    return (
        any(
            not _turned(cue, cues) and all(other > cue.first for other in others)
            for cue in cues.get("admit", ())
        )
        and "plan" not in cues
    )


def _denied(cues: Cues, sentence: DealSentence) -> bool:
    """A word of denying that is not denied itself, or "tidak ada" before a deal."""
    if any(not (_turned(cue, cues) or _aside(cue, cues)) for cue in cues.get("deny", ())):
        return True
    deals = [*cues.get("deal", ()), *sentence.acts]
    return any(0 < deal.first - cue.last <= _NOTHING for cue in cues.get("nothing", ()) for deal in deals)


def _aside(cue: Sign, cues: Cues) -> bool:
    """ "menuduh …, tuduhan yang dibantah": it stands; "menolak disebut namanya" denies nothing.

    Nor does "meminta parlemen menolak".
    """
    if any(cue.first == unnamed.first for unnamed in cues.get("anonymous", ())):
        return True
    if _demanded(cue, cues) and any(cue.first == stop.first for stop in cues.get("stop", ())):
        return True
    accused = [sign.last for sign in cues.get("allege", ()) if sign.last < cue.first]
    return len(accused) > 1 and accused[-1] == cue.first - 2


def _not_done(cues: Cues, sentence: DealSentence) -> bool:
    """ "tidak mengirim senjata"."""
    moved = [act for act in sentence.acts if act.name in MOVING and act.form in ("active", "passive")]
    return (
        "stop" not in cues
        and "possible" not in cues
        and any(act.first - no.last == 1 for act in moved for no in cues.get("negation", ()))
    )


def _turned(cue: Sign, cues: Cues) -> bool:
    return any(0 < cue.first - no.last <= _BEFORE for no in cues.get("negation", ()))


def _told_to_stop(cues: Cues) -> bool:
    """ "mendesak … menghentikan", "meminta … tidak"."""
    ends = [*cues.get("suspend", ()), *cues.get("negation", ()), *cues.get("stop", ())]
    return any(_demanded(end, cues) for end in ends)


def _demanded(end: Sign, cues: Cues) -> bool:
    return any(0 < end.first - cue.last <= _STOPPED for cue in cues.get("demand", ()))


def _governs(cue: Sign, sentence: DealSentence) -> bool:
    """ "akan mengirim", "pengiriman perdana dijadwalkan"."""
    return any(
        0 <= act.first - cue.last <= _AHEAD or 0 < cue.first - act.last <= _BESIDE for act in sentence.acts
    )


_RULES: tuple[tuple[Callable[[Cues, DealSentence], bool], DealStatus], ...] = (  # the first that holds
    (_open, "possible"),
    (_denied, "denied"),
    (_leaked, "reported"),
    (_urged, "urged_against"),
    (_wanted, "possible"),
    (_suspended, "suspended"),
    (_not_done, "denied"),
    (_admitted, "confirmed"),
    (_alleged, "alleged"),
    (_may, "possible"),
    (_will, "planned"),
    (_might, "possible"),
    (_rumoured, "alleged"),
    (_reported, "reported"),
)
