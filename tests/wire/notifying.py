"""The notify stage with two webhooks, whose URLs are in the environment, and a log for the tests' workers."""

import os

from processors.alert_rules import Channel, Rules
from streams.agents.notify import Notify
from streams.message import Stage
from streams.settings import Settings

DESK_URL, MAIL_URL = "TEST_DESK_URL", "TEST_MAIL_URL"


def channel(name: str, url: str, **changes: object) -> Channel:
    return Channel(**{"name": name, "type": "webhook", "url": url, **changes})  # type: ignore[arg-type]


def rules(*channels: Channel) -> Rules:
    return Rules(rules=(), channels={each.name: each for each in channels})


def stage(settings: Settings) -> Stage:
    desk, mail = os.environ[DESK_URL], os.environ[MAIL_URL]
    return Notify(settings, rules(channel("desk", desk), channel("mail", mail)), {})
