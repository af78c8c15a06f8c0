"""One task per channel: takes the delivery whose turn it is, claims it, sends it, records what became of it.

    claim    state `sending`, with a lease: whoever finds the lease over may take the delivery
    send     within the channel's time limit
    record   sent, pending again at a later time, or failed for good

A crash between sending and recording leaves `sending` behind. When the lease is over it is sent again under
the same key; a channel whose receiver cannot tell gets it twice, or not again where its `repeat` is "never".
"""

import asyncio
import logging
import random
import time
import traceback
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from elasticsearch import AsyncElasticsearch

from processors.alert_rules import Channel
from processors.records import Alert
from streams import metrics
from streams.notify.channels import Failed, Outcome, Outlet, Sent
from streams.notify.deliveries import Deliveries, Delivery, State, Stored, delivery_id
from streams.notify.messages import Message
from streams.notify.stories import Fate, embargo, fates
from streams.notify.timing import first_due
from streams.patience import Patience
from streams.settings import Settings

LOOK_SECONDS = 1.0  # between two looks for what is due
LEASE_SECONDS = 5.0  # beyond the channel's own time limit
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0  # seconds until a delivery is tried again: doubling
LONGEST_REST = 60.0  # seconds that a channel is left alone after failures in a row
GIVE_UP = timedelta(days=3)
FRESH_SECONDS = 2.0  # so soon nothing has become of a story
IN_ORDER = 3  # attempts of a delivery for which those behind it wait
DIGEST_MOST = 500  # alerts in one message
HELD_MOST = 2_000  # deliveries in memory; the index has the others
FAULT_SECONDS = 5.0
UNKNOWN = "may have been sent: its worker died before it could tell, and the channel is not to repeat"
HOUR = timedelta(hours=1)

log = logging.getLogger(__name__)


class Sender:
    """Sends what is due on one channel, in order, for as long as the process lives."""

    def __init__(
        self, channel: Channel, outlet: Outlet, deliveries: Deliveries,
        client: AsyncElasticsearch, settings: Settings, patience: Patience, zone: ZoneInfo, owner: str,
    ) -> None:  # fmt: skip
        self._channel = channel
        self._outlet = outlet
        self._deliveries = deliveries
        self._client = client
        self._settings = settings
        self._patience = patience
        self._zone = zone
        self._owner = owner
        self._waiting: dict[str, Stored] = {}
        self._seen: dict[str, int] = {}  # the last change of a delivery that we know of
        self._asleep: dict[str, float] = {}  # until when a delivery waits for another
        self._fresh = asyncio.Event()
        self._looked = 0.0
        self._rest = 0.0  # seconds, after the last attempt
        self._rests_until = 0.0
        self._failures = 0  # in a row
        self._sent: deque[datetime] | None = None  # the last hour's, where there is a limit
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False

    def offer(self, stored: Sequence[Stored]) -> None:
        """Deliveries that need not be looked for. Those that find no room will be found."""
        room = HELD_MOST - len(self._waiting)
        self._waiting |= {each.delivery.id: each for each in stored[: max(room, 0)]}
        self._fresh.set()

    async def run(self) -> None:
        """Does not return until `stop`; no fault of a delivery or a channel ends it."""
        while not self._stopping:
            self._fresh.clear()
            try:
                idle = await self._patience.until(self._step)
            except Exception:
                log.exception("channel %s", self._channel.name)
                idle = FAULT_SECONDS
            if idle:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._fresh.wait(), idle)

    async def stop(self, seconds: float) -> None:
        """Lets an attempt that is under way end, so many seconds at most, and closes the channel."""
        self._stopping = True
        self._fresh.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
        await self._outlet.close()

    # ── whose turn it is ──────────────────────────────────────────────────────────────────────────

    async def _step(self) -> float:
        """Sends one message. Returns how long to wait where there is none to send."""
        if (rest := self._rests_until - time.monotonic()) > 0:
            await asyncio.sleep(min(rest, LOOK_SECONDS))  # nothing that arrives shortens it
            return 0.0
        now = datetime.now(UTC)
        limited = await self._over_limit(now)
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            await self._look(now, limited)
        chosen = self._next(now, limited)
        if chosen is None:
            return LOOK_SECONDS
        self._idle.clear()
        try:
            await self._deliver(chosen, now)
        finally:
            self._idle.set()
        return 0.0

    async def _look(self, now: datetime, limited: bool) -> None:
        found = await self._deliveries.due(self._channel.name, now, follow_ups_only=limited)
        self._looked = time.monotonic()
        current = [each for each in found if each.seq_no >= self._seen.get(each.delivery.id, -1)]
        self._waiting |= {each.delivery.id: each for each in current}
        self._asleep = {id_: until for id_, until in self._asleep.items() if until > self._looked}
        self._seen = dict(list(self._seen.items())[-HELD_MOST:])

    def _next(self, now: datetime, limited: bool) -> Stored | None:
        at = time.monotonic()
        ready = (
            each
            for each in self._waiting.values()
            if each.delivery.due <= now
            and self._asleep.get(each.delivery.id, 0.0) <= at
            and not (limited and each.delivery.follows is None)
        )
        return min(ready, key=lambda each: each.delivery.rank, default=None)

    async def _over_limit(self, now: datetime) -> bool:
        """Whether the channel has had its messages for this hour."""
        limit = self._channel.per_hour
        if limit is None:
            return False
        if self._sent is None:
            self._sent = deque(await self._deliveries.sent_since(self._channel.name, now - HOUR, limit))
        while self._sent and self._sent[0] <= now - HOUR:
            self._sent.popleft()
        return len(self._sent) >= limit

    # ── claim ─────────────────────────────────────────────────────────────────────────────────────

    async def _deliver(self, chosen: Stored, now: datetime) -> None:
        self._waiting.pop(chosen.delivery.id, None)
        if await self._waits(chosen.delivery):
            return
        together = [chosen]
        if chosen.delivery.digest is not None:
            together = await self._deliveries.of_digest(chosen.delivery, now, DIGEST_MOST)
        unsettled = [each for each in together if not await self._settled(each)]
        allowed, killed = await self._allowed(unsettled, now)
        claimed = await self._claimed(allowed, now)
        if claimed:
            message = self._message([each.delivery for each in claimed], killed)
            await self._record(claimed, await self._attempt(message))

    async def _settled(self, stored: Stored) -> bool:
        """Ends a delivery whose sender died in the midst of it and which may not be sent again."""
        delivery = stored.delivery
        if delivery.state != "sending":
            return False
        if delivery.then is not None:
            await self._write([stored], [_ended(delivery, delivery.then, maybe=True)])
            return True
        if not self._may_repeat:
            await self._write([stored], [_ended(delivery, "failed", maybe=True, error=UNKNOWN)])
            return True
        return False

    @property
    def _may_repeat(self) -> bool:
        return self._outlet.knows_keys or self._channel.repeat == "may"

    async def _waits(self, delivery: Delivery) -> bool:
        """Whether it would overtake one that it follows."""
        before = await self._deliveries.get(delivery.after)
        if all(each.delivery.state not in ("pending", "sending") for each in before.values()):
            return False
        self._asleep[delivery.id] = time.monotonic() + LOOK_SECONDS
        return True

    async def _allowed(
        self, together: Sequence[Stored], now: datetime
    ) -> tuple[list[Stored], frozenset[str]]:
        """Those that may go now, and which stories were killed: what waited may have grown stale."""
        old = {
            each.delivery.story
            for each in together
            if (now - each.delivery.made).total_seconds() > FRESH_SECONDS
        }
        became: Mapping[str, Fate] = await fates(self._client, self._settings, sorted(old))
        allowed: list[Stored] = []
        for each in together:
            delivery = each.delivery
            until = embargo(delivery.record, became.get(delivery.story)) if delivery.record else None
            if until is None or until <= now:
                allowed.append(each)
                continue
            due = first_due(delivery.digest, until, now, self._zone)
            await self._write([each], [msgspec.structs.replace(delivery, due=due, since=due)])
        return allowed, frozenset(story for story, fate in became.items() if fate.killed)

    async def _claimed(self, together: Sequence[Stored], now: datetime) -> list[Stored]:
        """Those that nobody else has got; once it returns they are ours for the length of the lease."""
        lease = now + timedelta(seconds=self._outlet.seconds + LEASE_SECONDS)
        key = delivery_id(",".join(sorted(each.delivery.id for each in together)), self._channel.name)
        claims = [
            msgspec.structs.replace(
                each.delivery,
                state="sending",
                lease=lease,
                owner=self._owner,
                attempts=each.delivery.attempts + 1,
                message=None if each.delivery.digest is None else each.delivery.message or key,
            )
            for each in together
        ]
        return await self._write(together, claims)

    async def _write(self, seen: Sequence[Stored], changed: Sequence[Delivery]) -> list[Stored]:
        """Those of the changes that stand: the others were about a delivery that somebody changed since."""
        for each in seen:
            self._waiting.pop(each.delivery.id, None)
        asked = [
            Stored(delivery, each.seq_no, each.primary_term)
            for each, delivery in zip(seen, changed, strict=True)
        ]
        written = [each for each in await self._deliveries.replace(asked) if each is not None]
        self._seen |= {each.delivery.id: each.seq_no for each in written}
        for each in written:
            if each.delivery.state != "sending":
                metrics.DELIVERIES.labels(self._channel.name, each.delivery.state).inc()
        return written

    # ── send ──────────────────────────────────────────────────────────────────────────────────────

    def _message(self, claimed: Sequence[Delivery], killed: frozenset[str]) -> Message:
        first = claimed[0]
        return Message(
            key=first.key,
            channel=self._channel.name,
            language=self._channel.language,
            alerts=_without_repeats(each.record for each in claimed if each.record is not None),
            at=datetime.now(UTC),
            digest=None if first.digest is None else first.rule or "",
            killed=killed,
        )

    async def _attempt(self, message: Message) -> Outcome:
        try:
            async with asyncio.timeout(self._outlet.seconds):
                return await self._outlet.send(message)
        except TimeoutError:
            return Failed(f"not done within {self._outlet.seconds:.0f} s", maybe=True)
        except Exception as error:  # noqa: BLE001  (a channel's fault is one delivery's, and tried again)
            # Not its message: that may hold the channel's address, which is a secret.
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("channel %s: %s\n%s", self._channel.name, type(error).__name__, frames)
            return Failed(type(error).__name__, maybe=True)

    # ── record ────────────────────────────────────────────────────────────────────────────────────

    async def _record(self, claimed: Sequence[Stored], outcome: Outcome) -> None:
        """Durable when it returns: as long as Elasticsearch is away, the channel waits."""
        now = datetime.now(UTC)
        self._note(outcome, [each.delivery for each in claimed], now)
        waiting = list(claimed)
        while waiting:
            results = [self._result(each.delivery, outcome, now) for each in waiting]
            written = await self._patience.until(partial(self._write, waiting, results))
            self._waiting |= {each.delivery.id: each for each in written if each.delivery.state == "pending"}
            done = {each.delivery.id for each in written}
            lost = [each.delivery for each in waiting if each.delivery.id not in done]
            waiting = await self._patience.until(partial(self._still_ours, lost))

    async def _still_ours(self, lost: Sequence[Delivery]) -> list[Stored]:
        """Those that a follow-up touched meanwhile. One that another sender took is its to record."""
        now = await self._deliveries.get([each.id for each in lost])
        attempts = {each.id: each.attempts for each in lost}
        ours = []
        for each in now.values():
            state = each.delivery.state, each.delivery.owner, each.delivery.attempts
            if state == ("sending", self._owner, attempts[each.delivery.id]):
                ours.append(each)
            elif each.delivery.state == "sending":
                log.warning("delivery %s was sent twice: its lease was over", each.delivery.id)
        return ours

    def _result(self, delivery: Delivery, outcome: Outcome, now: datetime) -> Delivery:
        if isinstance(outcome, Sent):
            return _ended(
                delivery, "sent", sent=now, status=outcome.status, receipt=outcome.receipt, error=None
            )
        maybe = delivery.maybe or outcome.maybe
        told: dict[str, Any] = {"status": outcome.status, "error": outcome.detail, "maybe": maybe}
        if delivery.then is not None:
            return _ended(delivery, delivery.then, **told)
        unsure = outcome.maybe and not self._may_repeat
        if not outcome.again or unsure or now - delivery.since > GIVE_UP:
            return _ended(delivery, "failed", **told)
        later = max(outcome.after, pause_after(delivery.attempts))
        due = now + timedelta(seconds=self._rest if delivery.attempts <= IN_ORDER else later)
        return msgspec.structs.replace(delivery, state="pending", lease=None, owner=None, due=due, **told)

    def _note(self, outcome: Outcome, claimed: Sequence[Delivery], now: datetime) -> None:
        first, name = claimed[0], self._channel.name
        if isinstance(outcome, Failed):
            log.warning("channel %s: attempt %d: %s", name, first.attempts, outcome.detail)
            self._failures = self._failures + 1 if outcome.again else 0
            rest = min(pause_after(self._failures), LONGEST_REST)
            self._rest = max(rest, outcome.after) if outcome.again else 0.0
            self._rests_until = time.monotonic() + self._rest
            return
        self._failures = 0
        if first.follows is None and self._sent is not None:
            self._sent.append(now)
        log.info("channel %s: sent %s (%s)", name, first.key, first.kind if len(claimed) == 1 else "digest")
        at_once = [each for each in claimed if each.digest is None and each.record is not None]
        for each in at_once:
            metrics.DELIVERY_SECONDS.labels(name).observe((now - each.received).total_seconds())


def pause_after(attempts: int) -> float:
    """Seconds until the next attempt: doubling, bounded, and never the same for all that failed together."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts - 1, 16)) * random.uniform(0.8, 1.2)  # noqa: S311


def _ended(delivery: Delivery, state: State, **changes: Any) -> Delivery:
    """What is not to be sent any more keeps nothing that a kill would have to take from it."""
    kept = delivery.record if state in ("failed", "held") else None
    return msgspec.structs.replace(
        delivery, state=state, lease=None, owner=None, then=None, record=kept, **changes
    )


def _without_repeats(alerts: Iterable[Alert]) -> list[Alert]:
    """One of each group: what it says is the same."""
    return list({alert.group: alert for alert in alerts}.values())
