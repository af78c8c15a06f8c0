"""`kawat work`: runs the stages on this machine."""

import signal
import threading
from types import FrameType

import click


@click.command(short_help="run the stages, restart what dies")
@click.argument("roles", nargs=-1, metavar="[ROLE]...")
def work(roles: tuple[str, ...]) -> None:
    """Run the stages (parse enrich group index alert notify), all of them by default, until Ctrl-C.

    What dies is started again, the local servers too. Logs are in .kawat/logs.

    \b
    Example: kawat work
             kawat work parse enrich
             KAWAT_INSTANCE=2 kawat work enrich
    """
    from streams import alert_rules, gazetteer
    from streams.settings import settings
    from streams.supervisor import Supervisor

    gazetteer.read(settings().gazetteer)  # the user hears of a mistake here, not in a stage's log
    alert_rules.read(settings().rules)
    asked = threading.Event()

    def ask(_signum: int, _frame: FrameType | None) -> None:
        asked.set()

    supervisor = Supervisor(settings(), roles)
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, ask)
    with supervisor:
        asked.wait()
        click.echo("stopping: what is in flight is finished or left uncommitted", err=True)
