"""Who supplies whom where a sentence says it in part or not at all: as its article says it elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from processors.parties import Party

Parties = tuple[Party, ...]
_KEPT = 40  # whole mentions of an article that others are filled from


@dataclass(frozen=True, slots=True)
class Frame:
    """Supplier and recipient of one mention, empty where its sentence does not say."""

    supplier: Parties = ()
    recipient: Parties = ()

    @property
    def whole(self) -> bool:
        return bool(self.supplier and self.recipient)


def filled(frames: Sequence[Frame], main: Frame) -> list[Frame]:
    """The mentions of an article, in order, with what the sentences leave out taken from the others.

    `main` is the deal that the article tells of. What a sentence names in part is looked for in it first,
    then in the mentions that name both, the nearest first.
    """
    frames = [_parted(frame, main) for frame in frames]
    whole = [(n, frame) for n, frame in enumerate(frames) if frame.whole][:_KEPT]
    return [_filled(frame, [other for _, other in _near(whole, n)], main) for n, frame in enumerate(frames)]


def _parted(frame: Frame, main: Frame) -> Frame:
    """ "kesepakatan antara A dan B": partners, of whom the article says elsewhere who supplies."""
    partners = frame.supplier + frame.recipient
    if frame.whole or {party.key for party in partners} - _keys(main.supplier + main.recipient):
        return frame
    given = tuple(party for party in partners if party.key in _keys(main.supplier))
    got = tuple(party for party in partners if party.key in _keys(main.recipient))
    return Frame(given, got) if given and got else frame


def _near(whole: Sequence[tuple[int, Frame]], n: int) -> list[tuple[int, Frame]]:
    return sorted(whole, key=lambda numbered: abs(numbered[0] - n))


def _filled(frame: Frame, others: Sequence[Frame], main: Frame) -> Frame:
    if frame.whole:
        return frame
    if not frame.supplier and not frame.recipient:
        return main
    for other in (main, *others):
        if frame.supplier and _keys(frame.supplier) & _keys(other.supplier):
            return Frame(frame.supplier, other.recipient)
        if frame.recipient and _keys(frame.recipient) & _keys(other.recipient):
            return Frame(other.supplier, frame.recipient)
    if frame.supplier and not _keys(frame.supplier) & _keys(main.recipient):
        return Frame(frame.supplier, main.recipient)
    if frame.recipient and not _keys(frame.recipient) & _keys(main.supplier):
        return Frame(main.supplier, frame.recipient)
    return frame


def _keys(parties: Parties) -> set[str]:
    return {party.key for party in parties}
