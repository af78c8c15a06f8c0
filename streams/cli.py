"""The command `kawat`: its commands by name, and how errors become one line and an exit status."""

import sys
from importlib import import_module

import click

from processors.errors import KawatError, UsageError

COMMANDS = {  # name: module in streams.commands, in the order of --help
    "run": "run",
    "up": "servers",
    "down": "servers",
    "status": "servers",
    "setup": "setup",
    "work": "work",
    "feed": "feed",
    "parse": "parse",
    "enrich": "enrich",
    "tail": "tail",
    "search": "search",
    "quotes": "quotes",
    "alerts": "alerts",
    "rules": "rules",
    "deliveries": "deliveries",
    "dead": "dead",
    "evaluate": "evaluate",
}


class Commands(click.Group):
    """Imports a command's module only when that command is asked for: `kawat --help` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"streams.commands.{COMMANDS[cmd_name]}"), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kawat")
def kawat() -> None:
    """Kawat: a newswire pipeline. Wire articles in, searchable enriched documents out.

    \b
    Example: kawat up && kawat work
             kawat feed ~/wire --watch
             kawat search "kesepakatan senjata" --since 7d
    """


def main() -> None:
    """Runs the command line. Exit status: 0 done, 1 something failed, 2 the command was used wrongly."""
    try:
        sys.exit(kawat(standalone_mode=False) or 0)  # what a command returns is its exit status
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(130)
    except KawatError as error:
        click.echo(f"kawat: {error}", err=True)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except BrokenPipeError:
        sys.stderr.close()  # the reader left (| head): nothing to say
        sys.exit(1)
