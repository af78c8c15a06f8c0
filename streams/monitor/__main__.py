"""The monitor as a process: `python -m streams.monitor [--parent PID]`.

Ends with status 2 where the settings are wrong, with 1 where it cannot go on; whoever started it starts it
again.
"""

import argparse
import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Sequence

from aiohttp import web

from processors.errors import KawatError, ServiceError, UsageError
from streams import status
from streams.monitor.server import Monitor
from streams.parent import end_with
from streams.settings import Settings, settings

ROLE = "monitor"
STOP_SECONDS = 5.0

log = logging.getLogger("kawat")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m streams.monitor", description=__doc__)
    parser.add_argument("--parent", type=int, help="process id of the supervisor: end when it does")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.ERROR)
    try:
        asyncio.run(_live(settings(), given.parent))
    except KawatError as error:
        log.critical("%s", error)
        sys.exit(2 if isinstance(error, UsageError) else 1)


async def _live(chosen: Settings, parent: int | None) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    if parent is None:
        loop.add_signal_handler(signal.SIGINT, stop.set)
    else:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the supervisor says what it means
        end_with(parent, signal.SIGTERM, grace=STOP_SECONDS)
    status.write(chosen, ROLE, "starting")
    monitor = Monitor(chosen)
    runner = web.AppRunner(monitor.application(), access_log=None, shutdown_timeout=STOP_SECONDS / 2)
    await runner.setup()
    await _listen(runner, chosen)
    work = asyncio.create_task(monitor.work())
    told = asyncio.create_task(_tell_when_live(monitor, chosen, _address(runner)))
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
    status.write(chosen, ROLE, "stopping")
    for task in (told, work):
        task.cancel()
    await runner.cleanup()
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def _listen(runner: web.AppRunner, chosen: Settings) -> None:
    host, port = chosen.monitor_host, chosen.monitor_port
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise ServiceError(
            f"the monitor cannot listen on {host}:{port} ({error.strerror}): set KAWAT_MONITOR_PORT"
        ) from error


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _tell_when_live(monitor: Monitor, chosen: Settings, address: str) -> None:
    await monitor.live.wait()
    log.info("the monitor is at %s", address)
    status.write(chosen, ROLE, "running", address)


if __name__ == "__main__":
    main()
