"""Apache Kafka as a local server: one node in KRaft mode."""

import base64
import logging
import os
import uuid
from pathlib import Path

from processors.errors import ServiceError
from streams.local.distribution import Distribution
from streams.local.java import Java
from streams.local.layout import Layout
from streams.local.ports import HOST, listening
from streams.local.process import Launch, run
from streams.local.space import disk_full
from streams.settings import Settings

# The first compiler only: a small machine starts it sooner and keeps its cores for enrichment.
_FLAGS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError")


class Kafka:
    """What `LocalServers` needs to know of Kafka."""

    name = "kafka"
    title = "Kafka"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.address = f"{HOST}:{settings.kafka_port}"
        self.configured = settings.kafka
        self.ports = {
            "KAWAT_KAFKA_PORT": settings.kafka_port,
            "KAWAT_KAFKA_CONTROLLER_PORT": settings.kafka_controller_port,
        }

    def prepare(self, layout: Layout, java: Java, files: Distribution) -> Launch:
        """Writes the configuration and, the first time, formats the data folder. Says what to run."""
        layout.write_config("kafka/log4j2.properties")
        properties = layout.write_config(
            "kafka/server.properties",
            {
                "port": self._settings.kafka_port,
                "controller_port": self._settings.kafka_controller_port,
                "data": layout.data,
                "record_limit": self._settings.record_limit,
            },
        )
        if not (layout.data / "meta.properties").exists():
            _format(layout, java, files, properties)
        return _launch(layout, java, files, self._settings.kafka_heap_mb, "kafka.Kafka", properties)

    def healthy(self, seconds: float) -> bool:
        """Whether the broker answers, within about so many seconds, that it serves."""
        if not listening(self._settings.kafka_port):
            return False
        from kafka.admin import KafkaAdminClient
        from kafka.errors import KafkaError

        _quiet_client()
        patience = int(max(seconds, 1) * 1000)
        try:
            admin = KafkaAdminClient(
                bootstrap_servers=self.address, bootstrap_timeout_ms=patience, request_timeout_ms=patience
            )
        except (KafkaError, OSError):
            return False
        try:
            # a broker that is still fenced does not list itself
            return bool(admin.describe_cluster()["brokers"])
        except (KafkaError, OSError):
            return False
        finally:
            admin.close()


def _launch(layout: Layout, java: Java, files: Distribution, heap_mb: int, *program: str | Path) -> Launch:
    command = [
        java.java, f"-Xms{heap_mb}m", f"-Xmx{heap_mb}m", *_FLAGS,
        f"-XX:ErrorFile={layout.logs}/hs_err_pid%p.log",
        f"-Djava.io.tmpdir={layout.tmp}",
        f"-Dkawat.logs={layout.logs}",
        f"-Dlog4j2.configurationFile={layout.config / 'log4j2.properties'}",
        "-cp", f"{files.kafka}/*",
        *program,
    ]  # fmt: skip
    return Launch(command, {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(layout.folder)})


def _format(layout: Layout, java: Java, files: Distribution, properties: Path) -> None:
    """Gives the empty data folder a cluster id, which it keeps."""
    tool = ("kafka.tools.StorageTool", "format", f"--cluster-id={_cluster_id()}", "--ignore-formatted")
    done = run(_launch(layout, java, files, 128, *tool, "--config", properties), layout)
    if done.returncode:
        if disk_full(done.stdout + done.stderr):
            raise ServiceError(f"disk full: Kafka could not write to {layout.data}")
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip() and line[0] != "\t"]
        raise ServiceError(f"Kafka could not format {layout.data}: {said[-1] if said else done.returncode}")


def _cluster_id() -> str:
    """Kafka's way to write a UUID; it may begin with a dash."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()


def _quiet_client() -> None:
    """A refused connection is an answer here, no news."""
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
