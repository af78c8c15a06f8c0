"""`kawat work`: runs the stages and the monitor on this machine."""

import signal
import threading
from types import FrameType

import click


@click.command(short_help="run the stages, restart what dies")
@click.argument("roles", nargs=-1, metavar="[ROLE]...")
def work(roles: tuple[str, ...]) -> None:
    """Run the stages (parse enrich group index alert notify) and the monitor until Ctrl-C; or some of them.

    What dies is started again, the local servers too. Logs are in .kawat/logs. The monitor is a page at
    http://127.0.0.1:8321 (KAWAT_MONITOR_HOST, KAWAT_MONITOR_PORT; beyond this machine KAWAT_MONITOR_TOKEN);
    one is enough, so a second KAWAT_INSTANCE runs the stages only.

    \b
    Example: kawat work
             kawat work parse enrich
             kawat work monitor
             KAWAT_INSTANCE=2 kawat work enrich
    """
    from streams import alert_rules, gazetteer
    from streams.agents import ROLES as STAGES
    from streams.monitor import guard
    from streams.settings import settings
    from streams.supervisor import ROLES, Supervisor

    gazetteer.read(settings().gazetteer)  # the user hears of a mistake here, not in a stage's log
    alert_rules.read(settings().rules)
    chosen = roles or (ROLES if settings().instance == "1" else STAGES)
    if "monitor" in chosen:
        guard.check(settings())
        guard.check_port(settings())
    asked = threading.Event()

    def ask(_signum: int, _frame: FrameType | None) -> None:
        asked.set()

    supervisor = Supervisor(settings(), chosen)
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, ask)
    with supervisor:
        asked.wait()
        click.echo("stopping: what is in flight is finished or left uncommitted", err=True)
