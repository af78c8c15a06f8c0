"""A signed POST of JSON.

Idempotency-Key: the same for the same message, however often it comes
Kawat-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>" under the channel's secret>
"""

import email.utils
import hashlib
import hmac
import time
from datetime import UTC, datetime

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from aiohttp.client_exceptions import ClientConnectorError, InvalidURL

from processors.errors import UsageError
from streams.notify.channels.outcome import Failed, Outcome, Sent
from streams.notify.messages import Message, body

SECONDS = 10.0
CONNECT_SECONDS = 5.0
TRANSIENT = frozenset({408, 425, 429})  # among the 4xx: they say when, not what
LONGEST_WAIT = 3_600.0  # seconds that a Retry-After may ask for


class Webhook:
    seconds = SECONDS + 1.0
    knows_keys = True

    def __init__(self, name: str, url: str, secret: str | None) -> None:
        if not url.startswith(("https://", "http://")):
            raise UsageError(f"channel {name}: a webhook's url begins with https:// or http://")
        self._url = url
        self._secret = secret.encode() if secret else None
        self._session: ClientSession | None = None

    async def send(self, message: Message) -> Outcome:
        content = body(message)
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.key, "User-Agent": "Kawat"}
        if self._secret:
            headers["Kawat-Signature"] = signature(self._secret, content, int(time.time()))
        try:
            async with self._open().post(
                self._url, data=content, headers=headers, allow_redirects=False
            ) as answer:
                return _outcome(answer)
        except ClientConnectorError:
            return Failed("cannot connect")
        except InvalidURL:
            return Failed("its url is none", again=False)
        except TimeoutError:
            return Failed(f"no answer within {SECONDS:.0f} s", maybe=True)
        except ClientError as error:
            return Failed(type(error).__name__, maybe=True)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> ClientSession:
        if self._session is None:  # not before: it belongs to the loop that runs us
            self._session = ClientSession(timeout=ClientTimeout(total=SECONDS, connect=CONNECT_SECONDS))
        return self._session


def signature(secret: bytes, content: bytes, at: int) -> str:
    """The value of Kawat-Signature. `at`: seconds since 1970, so that a receiver can refuse what is old."""
    digest = hmac.new(secret, b"%d." % at + content, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def _outcome(answer: ClientResponse) -> Outcome:
    status = answer.status
    if 200 <= status < 300:
        return Sent(status, answer.headers.get("X-Request-Id"))
    transient = status in TRANSIENT or not 400 <= status < 500
    return Failed(
        f"answered {status} {answer.reason or ''}".strip()[:200],
        again=transient,
        maybe=status >= 500,  # a gateway may answer so for a receiver that has it
        after=wait(answer.headers.get("Retry-After"), datetime.now(UTC)),
        status=status,
    )


def wait(retry_after: str | None, now: datetime) -> float:
    """Seconds that a Retry-After asks for, by number or by date; 0 where it asks for none."""
    if not retry_after:
        return 0.0
    if retry_after.strip().isdecimal():
        seconds = float(retry_after)
    else:
        try:
            at = email.utils.parsedate_to_datetime(retry_after)
        except ValueError:
            return 0.0
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)
