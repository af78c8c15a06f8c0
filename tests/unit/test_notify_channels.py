"""Each channel's answers as the sender sees them: sent, to be tried again, or failed for good."""

import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from processors.alert_rules import Channel
from processors.errors import UsageError
from streams.notify.channels import Failed, Outcome, Sent, outlet
from streams.notify.channels.services import redacted, secrets
from streams.notify.channels.webhook import signature, wait
from streams.notify.messages import Message
from tests.notified import NOON, alert
from tests.receiver import Receiver, receiver

MESSAGE = Message(key="k1", channel="desk", language="en", alerts=[alert()], at=NOON)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as opened:
        yield opened


async def attempt(channel: Channel, environment: dict[str, str] | None = None) -> Outcome:
    opened = outlet(channel, environment or {})
    try:
        return await opened.send(MESSAGE)
    finally:
        await opened.close()


def webhook(hook: Receiver) -> Channel:
    return Channel(name="desk", type="webhook", url=hook.url)


# ── webhook ───────────────────────────────────────────────────────────────────────────────────────────


async def test_a_webhook_is_signed_and_named(hook: Receiver) -> None:
    channel = Channel(name="desk", type="webhook", url_env="HOOK", secret_env="SECRET")
    assert await attempt(channel, {"HOOK": hook.url, "SECRET": "rahasia"}) == Sent(204)
    [post] = hook.posts
    assert post.key == "k1"
    at, _, given = post.headers["Kawat-Signature"].partition(",v1=")
    assert abs(int(at.removeprefix("t=")) - time.time()) < 60
    signed = at.removeprefix("t=").encode() + b"." + post.content
    assert given == hmac.new(b"rahasia", signed, hashlib.sha256).hexdigest()
    assert post.alerts == [alert().id]


def test_the_signature_covers_the_time_and_the_body() -> None:
    one = signature(b"rahasia", b"{}", 1_700_000_000)
    assert one.startswith("t=1700000000,v1=")
    assert one != signature(b"rahasia", b"{ }", 1_700_000_000)
    assert one[13:] != signature(b"rahasia", b"{}", 1_700_000_001)[13:]


async def test_the_provider_s_id_of_the_message_is_kept(hook: Receiver) -> None:
    hook.headers = {"X-Request-Id": "abc-1"}
    assert await attempt(webhook(hook)) == Sent(204, "abc-1")


@pytest.mark.parametrize("status", [500, 502, 503, 408, 425, 429])
async def test_what_may_pass_is_tried_again(hook: Receiver, status: int) -> None:
    hook.answer = status
    outcome = await attempt(webhook(hook))
    assert isinstance(outcome, Failed)
    assert (outcome.again, outcome.status, outcome.maybe) == (True, status, status >= 500)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
async def test_what_will_not_pass_fails_at_once(hook: Receiver, status: int) -> None:
    hook.answer = status
    outcome = await attempt(webhook(hook))
    assert isinstance(outcome, Failed)
    assert (outcome.again, outcome.status) == (False, status)


async def test_a_redirect_is_not_followed(hook: Receiver) -> None:
    hook.answer, hook.headers = 307, {"Location": hook.url}
    outcome = await attempt(webhook(hook))
    assert isinstance(outcome, Failed)
    assert len(hook.posts) == 1


async def test_retry_after_is_honoured(hook: Receiver) -> None:
    hook.answer, hook.headers = 429, {"Retry-After": "7"}
    outcome = await attempt(webhook(hook))
    assert isinstance(outcome, Failed)
    assert outcome.after == 7.0


def test_retry_after_may_be_a_date_and_has_bounds() -> None:
    assert wait("Fri, 20 Nov 2026 12:00:30 GMT", NOON) == 30.0
    assert wait("Fri, 20 Nov 2026 11:00:00 GMT", NOON) == 0.0
    assert wait("Fri, 20 Nov 2026 12:00:30", NOON) == 30.0
    assert wait("99999999", NOON) == timedelta(hours=1).total_seconds()
    assert wait("soon", NOON) == wait("-3", NOON) == wait(None, NOON) == 0.0


async def test_nobody_there_has_certainly_not_got_it(unused_tcp_port: int) -> None:
    channel = Channel(name="desk", type="webhook", url=f"http://127.0.0.1:{unused_tcp_port}/secret-token")
    assert await attempt(channel) == Failed("cannot connect")


def test_a_missing_variable_is_named() -> None:
    with pytest.raises(UsageError, match="channel desk: set the environment variable HOOK"):
        outlet(Channel(name="desk", type="webhook", url_env="HOOK"), {})


def test_a_webhook_s_url_is_one() -> None:
    with pytest.raises(UsageError, match="channel desk: a webhook's url begins with"):
        outlet(Channel(name="desk", type="webhook", url="ftp://127.0.0.1/token"), {})


# ── apprise ───────────────────────────────────────────────────────────────────────────────────────────


def service(hook: Receiver) -> Channel:
    parts = urlsplit(hook.url)
    return Channel(name="chat", type="apprise", url=f"json://user:s3cr3t-token@{parts.netloc}/hook")


async def test_a_service_gets_title_and_text(hook: Receiver) -> None:
    hook.answer = 200
    assert await attempt(service(hook)) == Sent()
    [post] = hook.posts
    assert post.body["title"] == "NEW · arms deal: Russia → Indonesia: combat aircraft"
    assert "Jakarta akan membeli" in post.body["message"]


async def test_what_a_service_said_is_told_without_its_secrets(
    hook: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    hook.answer = 401
    outcome = await attempt(service(hook))
    assert isinstance(outcome, Failed)
    assert outcome.again
    assert "401" in outcome.detail
    assert "s3cr3t" not in outcome.detail + caplog.text


def test_an_unknown_service_is_the_user_s_mistake_and_its_url_is_not_shown() -> None:
    with pytest.raises(UsageError) as raised:
        outlet(Channel(name="chat", type="apprise", url="nosuch://s3cr3t-token"), {})
    assert str(raised.value) == "channel chat: Apprise does not know such a url"


def test_every_piece_of_a_url_may_be_secret() -> None:
    pieces = secrets("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general?x=p%40ssword")
    assert (
        redacted("posting to TIiajkdnlazkcOXrIdevi7FQ as p@ssword failed", pieces)
        == "posting to … as … failed"
    )


# ── stdout ────────────────────────────────────────────────────────────────────────────────────────────


async def test_stdout_prints_a_block_or_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    await attempt(Channel(name="log", type="stdout"))
    block = capsys.readouterr().out
    assert block.startswith("NEW · arms deal: Russia → Indonesia: combat aircraft\n")
    assert block.endswith("\n\n")
    await attempt(Channel(name="log", type="stdout", format="json"))
    line = capsys.readouterr().out
    assert line.startswith('{"id":"k1","type":"alert"')
    assert line.count("\n") == 1
