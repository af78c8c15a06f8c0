"""Where alerts go, by the channel's type in the rules file."""

from collections.abc import Callable, Mapping

from processors.alert_rules import Channel, ChannelType
from processors.errors import UsageError
from streams.notify.channels.outcome import Failed, Outcome, Outlet, Sent

__all__ = ["Failed", "Outcome", "Outlet", "Sent", "address", "outlet"]


def outlet(channel: Channel, environment: Mapping[str, str]) -> Outlet:
    """Opens a channel. Raises UsageError where its address or secret is not there or no good."""
    return _OPENERS[channel.type](channel, environment)


def address(channel: Channel, environment: Mapping[str, str]) -> str:
    """The channel's URL, which nobody prints. Raises UsageError where there is none."""
    url = _variable(channel, channel.url_env, environment) if channel.url_env else channel.url
    if not url:
        raise UsageError(f"channel {channel.name}: it has no url")
    return url


def _variable(channel: Channel, name: str, environment: Mapping[str, str]) -> str:
    if not environment.get(name):
        raise UsageError(f"channel {channel.name}: set the environment variable {name}")
    return environment[name]


def _stdout(channel: Channel, _environment: Mapping[str, str]) -> Outlet:
    from streams.notify.channels.stdout import Stdout

    return Stdout(as_json=channel.format == "json")


def _webhook(channel: Channel, environment: Mapping[str, str]) -> Outlet:
    from streams.notify.channels.webhook import Webhook

    secret = _variable(channel, channel.secret_env, environment) if channel.secret_env else None
    return Webhook(channel.name, address(channel, environment), secret)


def _apprise(channel: Channel, environment: Mapping[str, str]) -> Outlet:
    from streams.notify.channels.services import Service

    return Service(channel.name, address(channel, environment))


_OPENERS: Mapping[ChannelType, Callable[[Channel, Mapping[str, str]], Outlet]] = {
    "stdout": _stdout,
    "webhook": _webhook,
    "apprise": _apprise,
}
