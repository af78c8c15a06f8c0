"""Prometheus counters: every record that comes in is counted out again, whatever became of it.

in = done + skipped + held; done splits into produced records and dead letters by reason.
"""

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from processors.errors import UsageError

CONSUMED = Counter("kawat_consumed", "records taken from the stage's topic", ["stage"])
DONE = Counter("kawat_done", "records whose work is done and durable", ["stage"])
SKIPPED = Counter("kawat_skipped", "records that needed no work", ["stage", "why"])
PRODUCED = Counter("kawat_produced", "records sent and delivered", ["stage", "topic"])
DEAD = Counter("kawat_dead", "records sent to the dead letters", ["stage", "reason"])
ABANDONED = Counter("kawat_abandoned", "batches left uncommitted at their time limit", ["stage"])
POOL_LOST = Counter("kawat_pool_lost", "pool processes that died or were killed", ["pool", "why"])
DELIVERIES = Counter("kawat_deliveries", "deliveries of alerts, by what became of them", ["channel", "state"])
DELIVERY_SECONDS = Histogram(
    "kawat_delivery_seconds", "from the wire to the channel, of alerts that go at once", ["channel"],
    buckets=(0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 3600),
)  # fmt: skip
HELD = Gauge("kawat_held", "records taken and not acknowledged yet", ["stage"])
WAITING = Gauge("kawat_waiting", "1 while the stage waits for a dependency", ["stage"])
BATCH_SECONDS = Histogram(
    "kawat_batch_seconds", "from hand-over of a batch to its delivery", ["stage"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 40),
)  # fmt: skip
AGE_SECONDS = Histogram(
    "kawat_age_seconds", "from the timestamp of a record to the delivery of what came of it", ["stage"],
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
)  # fmt: skip

LOOPBACK = "127.0.0.1"


def begin(stage: str) -> None:
    """Shows the stage's counters from the start, at 0: an alert needs a series to look at."""
    for metric in (CONSUMED, DONE, ABANDONED, HELD, WAITING):
        metric.labels(stage)


def serve(port: int) -> None:
    """Serves this process's metrics on loopback. Raises UsageError where the port is taken."""
    try:
        start_http_server(port, addr=LOOPBACK)
    except OSError as error:
        raise UsageError(f"metrics port {port}: {error.strerror}; set KAWAT_METRICS_PORT") from None
