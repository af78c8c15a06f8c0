"""`kawat dead`: the dead letters listed, shown, replayed and dropped."""

import sys
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

import click

from processors.errors import Reason, UsageError

if TYPE_CHECKING:
    from rich.text import Text

    from streams.dead_letters import Letter
    from streams.settings import Settings

REASONS = click.Choice([str(reason) for reason in Reason])


@click.group(
    name="dead",
    short_help="list, show, replay, drop what could not be used",
    context_settings={"help_option_names": ["-h", "--help"]},
)
def dead() -> None:
    """What could not be processed: payloads and articles with the reason why.

    \b
    Example: kawat dead list --reason malformed
             kawat dead show parse:wire.raw:3:141
             kawat dead replay --all
    """


def _filters(command: Callable[..., None]) -> Callable[..., None]:
    reason = click.option("--reason", type=REASONS, help="Only those that died of this.")
    stage = click.option("--stage", help="Only those that died in this stage: feed, parse, enrich …")
    return stage(reason(command))


@dead.command("list")
@_filters
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(stage: str | None, reason: str | None, as_json: bool) -> None:
    """Lists the dead letters, oldest first.

    \b
    Example: kawat dead list --stage parse
             kawat dead list --json | jq -r .key
    """
    from streams.settings import settings

    letters = _chosen(_current(settings()).values(), stage, reason)
    if as_json:
        for letter in letters:
            click.echo(_json(letter, settings()))
        return
    if letters:
        _print_table(letters)
    click.echo(_count(len(letters)), err=True)


@dead.command()
@click.argument("key")
@click.option("--raw", is_flag=True, help="Only the original bytes, as they are.")
def show(key: str, raw: bool) -> None:
    """Shows what is known of a dead letter, and its original bytes.

    \b
    Example: kawat dead show parse:wire.raw:3:141
             kawat dead show parse:wire.raw:3:141 --raw > payload.json
    """
    from streams.dead_letter_topic import obstacle, originals
    from streams.settings import settings

    letter = _named((key,), _current(settings()))[0]
    found = next(originals(settings(), [letter]), None)
    if found is None:
        raise UsageError(f"dead letter {key} was replaced or dropped just now: see `kawat dead list`")
    content = found[1]
    if raw:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    for name, value in _fields(letter):
        click.echo(f"{name:<10} {value}")
    if reason := obstacle(letter, settings()):
        click.echo(f"{'replay':<10} no: {reason}")
    if content:
        click.echo(f"\n{_readable(content)}")


@dead.command()
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--all", "everything", is_flag=True, help="All of them.")
@_filters
def replay(keys: tuple[str, ...], everything: bool, stage: str | None, reason: str | None) -> None:
    """Sends the original bytes to where they came from once more, and ends the dead letter.

    What dies again comes back with one attempt more. A package goes whole, with the letters of all its items.

    \b
    Example: kawat dead replay parse:wire.raw:3:141
             kawat dead replay --reason kills-worker
    """
    from streams import dead_letter_topic
    from streams.settings import settings

    current = _current(settings())
    letters = _selected(current, keys, everything, stage, reason)
    obstacles = {letter.key: dead_letter_topic.obstacle(letter, settings()) for letter in letters}
    hindered = [letter for letter in letters if obstacles[letter.key]]
    if keys and hindered:
        raise UsageError(f"{hindered[0].key} cannot be replayed: {obstacles[hindered[0].key]}")
    fit = [letter for letter in letters if not obstacles[letter.key]]
    replayed = dead_letter_topic.replay(settings(), dead_letter_topic.siblings(fit, current.values()))
    click.echo(f"replayed {_count(len(replayed))}")
    for letter in hindered:
        click.echo(f"not replayed: {letter.key}: {obstacles[letter.key]}", err=True)


@dead.command()
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--all", "everything", is_flag=True, help="All of them.")
@_filters
def drop(keys: tuple[str, ...], everything: bool, stage: str | None, reason: str | None) -> None:
    """Ends dead letters for good; their bytes are gone once Kafka compacts the topic.

    \b
    Example: kawat dead drop feed:wire.raw:-:-:incoming/besar.txt
             kawat dead drop --reason empty-payload
    """
    from streams import dead_letter_topic
    from streams.settings import settings

    letters = _selected(_current(settings()), keys, everything, stage, reason)
    dead_letter_topic.drop(settings(), letters)
    click.echo(f"dropped {_count(len(letters))}")


def _current(settings: "Settings") -> "dict[str, Letter]":
    from streams.dead_letter_topic import current

    return current(settings)


def _chosen(letters: "Iterable[Letter]", stage: str | None, reason: str | None) -> "list[Letter]":
    return [
        letter
        for letter in letters
        if (stage is None or letter.stage == stage) and (reason is None or letter.reason == reason)
    ]


def _selected(
    current: "dict[str, Letter]",
    keys: Collection[str],
    everything: bool,
    stage: str | None,
    reason: str | None,
) -> "list[Letter]":
    if keys and (everything or stage or reason):
        raise UsageError("give either keys, or --all, or --stage and --reason")
    if keys:
        return _named(keys, current)
    if not (everything or stage or reason):
        raise UsageError("which ones? Give keys (`kawat dead list`), --stage, --reason or --all")
    return _chosen(current.values(), stage, reason)


def _named(keys: Iterable[str], current: "dict[str, Letter]") -> "list[Letter]":
    keys = list(dict.fromkeys(keys))
    for key in keys:
        if key not in current:
            raise UsageError(f"no dead letter has the key {key}: see `kawat dead list`")
    return [current[key] for key in keys]


def _count(number: int) -> str:
    return f"{number:,} dead letter" + ("" if number == 1 else "s") if number else "no dead letters"


def _print_table(letters: "Collection[Letter]") -> None:
    from rich.console import Console
    from rich.table import Table

    longest = max(len(letter.key) for letter in letters)
    # a key is there to be copied whole, also where the terminal must wrap the line
    console = Console(width=max(Console().width, longest + 100))
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("key", no_wrap=True, min_width=longest)
    table.add_column("reason", no_wrap=True)
    table.add_column("detail", overflow="fold", max_width=60)
    table.add_column("of", overflow="fold", max_width=48)
    table.add_column("attempts", justify="right")
    table.add_column("died (UTC)", no_wrap=True)
    for letter in letters:
        died = letter.died.strftime("%Y-%m-%d %H:%M")
        table.add_row(
            *map(_plain, (letter.key, letter.reason, letter.detail, letter.about, str(letter.attempts), died))
        )
    console.print(table)


def _plain(text: str) -> "Text":
    from rich.text import Text

    return Text(_readable(text.encode(errors="backslashreplace")))


def _fields(letter: "Letter") -> list[tuple[str, str]]:
    fields = {
        "key": letter.key,
        "reason": letter.reason,
        "detail": letter.detail,
        "stage": letter.stage,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "item": letter.item,
        "of": letter.about,
        "attempts": letter.attempts,
        "died": letter.died.isoformat(),
        "received": letter.timestamp.isoformat() if letter.timestamp else None,
        "size": None if letter.size is None else f"{letter.size} bytes",
        "sha256": letter.sha256,
        **{f"· {name}": value.decode(errors="backslashreplace") for name, value in letter.original.items()},
    }
    return [(name, _readable(str(value).encode())) for name, value in fields.items() if value is not None]


def _readable(content: bytes) -> str:
    """Text for a terminal: what is no UTF-8 and no printable character is escaped."""
    text = content.decode(errors="backslashreplace")
    return "".join(
        letter if letter.isprintable() or letter in "\n\t\xa0" else letter.encode("unicode_escape").decode()
        for letter in text.replace("\r\n", "\n")
    )


def _json(letter: "Letter", settings: "Settings") -> str:
    import msgspec

    from streams.dead_letter_topic import obstacle

    return msgspec.json.encode(
        {
            "key": letter.key,
            "stage": letter.stage,
            "topic": letter.topic,
            "partition": letter.partition,
            "offset": letter.offset,
            "item": letter.item,
            "reason": letter.reason,
            "detail": letter.detail,
            "about": letter.about,
            "feed": letter.feed,
            "locator": letter.locator,
            "attempts": letter.attempts,
            "died": letter.died,
            "size": letter.size,
            "sha256": letter.sha256,
            "replayable": obstacle(letter, settings) is None,
        }
    ).decode()
