"""Alert rules: the TOML file that says who is told of what; read, checked, matched. See docs/alerting.md."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast, get_args
from zoneinfo import ZoneInfo

import msgspec

from processors import party_names, schedules, toml_lines
from processors.decisions import Fact
from processors.errors import UsageError
from processors.identity import slug
from processors.records import Act, AlertKind, Deal, DealStatus, GoodsClass, Grade
from processors.suggestions import suggestion

ChannelType = Literal["stdout", "webhook", "apprise"]
MessageLanguage = Literal["en", "id"]
MessageFormat = Literal["text", "json"]
Repeat = Literal["may", "never"]

LONGEST_WINDOW = 90  # days; older decisions are forgotten


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Where alerts go. Secrets come from the environment: the fields ending in _env are variables' names."""

    name: str
    type: ChannelType
    url: str | None = None
    url_env: str | None = None
    secret_env: str | None = None  # of a webhook: the key of its HMAC
    per_hour: int | None = None  # deliveries at most; None: no limit. Follow-ups pass
    language: MessageLanguage = "en"
    format: MessageFormat = "text"  # of stdout
    repeat: Repeat = "may"  # where it is not known whether a message got through; webhooks can tell


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Conditions of different keys must all hold, of one key any. Empty: no condition."""

    name: str
    supplier: tuple[str, ...] = ()  # ids of deals' parties: "RU", "org:hizbullah"
    recipient: tuple[str, ...] = ()
    party: tuple[str, ...] = ()  # either side
    goods: tuple[str, ...] = ()  # classes, or words
    act: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    grade: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    keyword: tuple[str, ...] = ()  # in headline or evidence
    kinds: tuple[AlertKind, ...] = ()  # new, development; empty: both
    background: bool = False
    channels: tuple[str, ...] = ("stdout",)
    digest: str | None = None  # as written, `schedules.schedule` reads it; None: at once


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """A rules file."""

    rules: tuple[Rule, ...]
    channels: dict[str, Channel]
    window_days: int = 30
    timezone: str = "Asia/Jakarta"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Material(msgspec.Struct, kw_only=True):
    """What a rule is held against: what may alert, of one deal in one version."""

    kind: AlertKind
    deal: Deal
    facts: Sequence[Fact]
    texts: Sequence[str]  # the evidence of each
    source: str
    language: str
    headline: str


# ── matching ──────────────────────────────────────────────────────────────────────────────────────


def matched(rule: Rule, material: Material) -> list[str] | None:
    """Which conditions hold, for people ("supplier RU"), where one mention meets all of them; else None."""
    whole: dict[str, Iterable[str]] = {
        "kinds": [material.kind],
        "source": [material.source],
        "language": [material.language],
    }
    reasons = _held(rule, whole)
    if reasons is None:
        return None
    of_mentions = [
        _held_by(rule, material, fact, text)
        for fact, text in zip(material.facts, material.texts, strict=True)
    ]
    met = [why for why in of_mentions if why is not None]
    if not met:
        return None
    return list(dict.fromkeys([*(reason for why in met for reason in why), *reasons])) or ["any deal"]


def _held_by(rule: Rule, material: Material, fact: Fact, text: str) -> list[str] | None:
    deal = material.deal
    suppliers = {*deal.supplier_ids, *fact.supplier_ids}
    recipients = {*deal.recipient_ids, *fact.recipient_ids}
    if not (deal.directed and fact.directed):  # who supplies whom is not said: either may
        suppliers = recipients = suppliers | recipients
    said: Mapping[str, Iterable[str]] = {
        "supplier": suppliers,
        "recipient": recipients,
        "party": suppliers | recipients,
        "act": [fact.act],
        "status": [fact.status],
        "grade": [fact.grade],
    }
    why, goods = _held(rule, said), _goods(rule.goods, deal, fact)
    words = [word for word in rule.keyword if _holds(word, f"{material.headline}\n{text}")]
    if why is None or (rule.goods and not goods) or (rule.keyword and not words):
        return None
    return why + [f"goods {name}" for name in goods] + [f"keyword {word}" for word in words]


def _held(rule: Rule, said: Mapping[str, Iterable[str]]) -> list[str] | None:
    """The conditions of these keys that hold; None where one does not."""
    reasons: list[str] = []
    for key, values in said.items():
        wanted: tuple[str, ...] = getattr(rule, key)
        if not wanted:
            continue
        found = [value for value in wanted if value in values]
        if not found:
            return None
        reasons += [f"{_SHOWN.get(key, key)} {value}" for value in found]
    return reasons


def _goods(wanted: Iterable[str], deal: Deal, fact: Fact) -> list[str]:
    classes = fact.goods_classes or deal.goods_classes
    words = "\n".join((*fact.goods, *fact.systems)).casefold()
    return [name for name in wanted if name in classes or (name not in _CLASSES and name.casefold() in words)]


def _holds(word: str, text: str) -> bool:
    return _pattern(word).search(text.casefold()) is not None


@cache
def _pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word.casefold())}(?!\w)")


# ── reading ───────────────────────────────────────────────────────────────────────────────────────

_CLASSES = frozenset(get_args(GoodsClass))
_SHOWN = {"kinds": "kind"}
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_NAME = re.compile(r"[\w][\w .-]{0,59}")


class _Mistake(Exception):
    """What is wrong with a value."""


_Read = Callable[[Any], Any]


def parse(text: str, source: str) -> Rules:
    """The rules of a file's text. Raises UsageError with `source`, line and key of the first mistake."""
    text = text.removeprefix("\ufeff")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(toml_lines.told(error, source)) from None
    return _File(source, toml_lines.Lines(text)).read(table)


@cache
def default() -> Rules:
    """The rules that hold where the user has none: every arms deal, to stdout."""
    text = (files("processors") / "rules" / "default.toml").read_text("utf8")
    return parse(text, "default.toml")


class _File:
    """A rules file on its way to `Rules`; knows where what is written."""

    def __init__(self, source: str, lines: toml_lines.Lines) -> None:
        self._source, self._lines = source, lines

    def read(self, table: Mapping[str, Any]) -> Rules:
        top = self._fields((), table, _TOP)
        channels = {"stdout": Channel(name="stdout", type="stdout")} | dict(self._channels(table))
        rules = tuple(self._rules(table, channels))
        if not rules:
            raise self._mistake((), None, "no [[rule]]: nobody would be told anything")
        return Rules(rules=rules, channels=channels, **top)

    def _channels(self, table: Mapping[str, Any]) -> Iterator[tuple[str, Channel]]:
        written = table.get("channels", {})
        if not isinstance(written, dict):
            raise self._mistake((), "channels", "write [channels.NAME] and its keys below")
        for name, entry in written.items():
            place = ("channels", name)
            if not isinstance(entry, dict):
                raise self._mistake(place, None, f"write [channels.{name}] and its keys below")
            fields = self._fields(place, entry, _CHANNEL)
            if why := _channel_lacks(fields):
                raise self._mistake(place, None, why)
            yield name, Channel(name=name, **fields)

    def _rules(self, table: Mapping[str, Any], channels: Mapping[str, Channel]) -> Iterator[Rule]:
        written = table.get("rule", [])
        if not isinstance(written, list) or not all(isinstance(each, dict) for each in written):
            raise self._mistake((), "rule", "write [[rule]], in two pairs of brackets, and its keys below")
        names: set[str] = set()
        for number, entry in enumerate(written):
            place = ("rule", number)
            fields = self._fields(place, entry, _RULE)
            if "name" not in fields:
                raise self._mistake(place, None, 'a rule needs a name: name = "..."')
            if fields["name"] in names:
                raise self._mistake(place, "name", f'there is another rule "{fields["name"]}" above')
            names.add(fields["name"])
            for channel in fields.get("channels", ()):
                if channel not in channels:
                    hint = suggestion(channel, channels) or f"write [channels.{channel}]"
                    raise self._mistake(place, "channels", f'no channel "{channel}"; {hint}')
            rule = Rule(**fields)
            if rule.digest is None and (idle := _never_at_once(rule)):
                raise self._mistake(
                    place, idle, 'is for digests only; give the rule one: digest = "daily 07:00"'
                )
            yield rule

    def _fields(
        self, place: toml_lines.Place, entry: Mapping[str, Any], known: Mapping[str, _Read | None]
    ) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for key, value in entry.items():
            if key not in known:
                kind = "condition" if known is _RULE else "setting"
                hint = suggestion(key, known)
                why = f"no such {kind}; {hint + ' ' if hint else ''}one of {', '.join(known)}"
                raise self._mistake(place, key, why)
            read = known[key]
            if read is None:
                continue
            try:
                fields[key] = read(value)
            except _Mistake as mistake:
                raise self._mistake(place, key, str(mistake)) from None
        return fields

    def _mistake(self, place: toml_lines.Place, key: str | None, why: str) -> UsageError:
        line = self._lines.of(place, key)
        where = " ".join(part for part in (toml_lines.header(place), f'"{key}"' if key else "") if part)
        return UsageError(f"{self._source}:{line}: {where + ': ' if where else ''}{why}")


def _never_at_once(rule: Rule) -> str | None:
    """The condition that only what waits for a digest can meet."""
    if set(rule.grade) == {"C"}:
        return "grade"
    return "status" if set(rule.status) == {"urged_against"} else None


def _channel_lacks(fields: Mapping[str, Any]) -> str | None:
    kind = fields.get("type")
    urls = [key for key in ("url", "url_env") if key in fields]
    if kind is None:
        return f"a channel needs a type: {', '.join(get_args(ChannelType))}"
    if kind == "stdout" and urls:
        return "stdout has no url"
    if kind != "stdout" and len(urls) != 1:
        return f"{kind} needs one of url and url_env (the variable that holds it)"
    if kind == "webhook" and not re.match(r"https?://", fields.get("url", "http://")):
        return "the url of a webhook begins with https:// or http://"
    if kind != "webhook" and "secret_env" in fields:
        return "secret_env is for webhooks: what their messages are signed with"
    if kind != "stdout" and "format" in fields:
        return "format is for stdout: a webhook gets JSON, a service text"
    if kind == "webhook" and "repeat" in fields:
        return "repeat is not for webhooks: their receiver tells by the Idempotency-Key"
    return None


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Mistake("wants a text in quotation marks")
    return value.strip()


def _name(value: Any) -> str:
    if not _NAME.fullmatch(text := _text(value)):
        raise _Mistake("wants letters, digits, blanks, dots and hyphens, 60 at most")
    return text


def _number(least: int, most: int) -> _Read:
    def read(value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise _Mistake(f"wants a whole number from {least} to {most}")

    return read


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Mistake("wants true or false")
    return value


def _list(read: Callable[[str], str]) -> _Read:
    """A list of texts, or a single one."""

    def read_list(value: Any) -> tuple[str, ...]:
        values = value if isinstance(value, list) else [value]
        return tuple(dict.fromkeys(read(_text(each)) for each in values))

    return read_list


def _one_of(names: Iterable[str]) -> Callable[[Any], str]:
    known = list(names)

    def read(value: Any) -> str:
        text = _text(value)
        found = {name.casefold(): name for name in known}.get(text.casefold())
        if found is None:
            hint = suggestion(text, known)
            raise _Mistake(f'"{text}" is none of {", ".join(known)}{f"; {hint}" if hint else ""}')
        return found

    return read


def _party(name: str) -> str:
    id_ = party_names.id_of(name)
    if id_ is None:
        hint = suggestion(name, party_names.names()) or "give the ISO code of a country, or an id: org:nato"
        raise _Mistake(f'no country or organisation "{name}" is known; {hint}')
    return id_


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value.lower()):
        raise _Mistake(f'"{value}" is no ISO 639 code, such as id or en')
    return value.lower()


def _variable(value: Any) -> str:
    if not _VARIABLE.fullmatch(text := _text(value)):
        raise _Mistake("wants the name of an environment variable, not its value")
    return text


def _schedule(value: Any) -> str:
    text = _text(value)
    try:
        schedules.schedule(text)
    except ValueError as error:
        raise _Mistake(str(error)) from None
    return text


def _timezone(value: Any) -> str:
    text = _text(value)
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise _Mistake(f'no time zone "{text}"; one is "Asia/Jakarta"') from None
    return text


# What each key takes; None: read elsewhere.
_TOP: Mapping[str, _Read | None] = {
    "window_days": _number(1, LONGEST_WINDOW),
    "timezone": _timezone,
    "rule": None,
    "channels": None,
}
_CHANNEL: Mapping[str, _Read | None] = {
    "type": _one_of(get_args(ChannelType)),
    "url": _text,
    "url_env": _variable,
    "secret_env": _variable,
    "per_hour": _number(1, 1_000_000),
    "language": _one_of(get_args(MessageLanguage)),
    "format": _one_of(get_args(MessageFormat)),
    "repeat": _one_of(get_args(Repeat)),
}
_RULE: Mapping[str, _Read | None] = {
    "name": _name,
    "supplier": _list(_party),
    "recipient": _list(_party),
    "party": _list(_party),
    "goods": _list(lambda name: name.lower() if name.lower() in _CLASSES else name),
    "act": _list(_one_of(get_args(Act))),
    "status": _list(_one_of(get_args(DealStatus))),
    "grade": _list(_one_of(get_args(Grade))),
    "source": _list(slug),
    "language": _list(_language),
    "keyword": _list(str),
    "kinds": _list(_one_of(cast("tuple[str, ...]", get_args(AlertKind))[:2])),
    "background": _flag,
    "channels": _list(str),
    "digest": _schedule,
}
