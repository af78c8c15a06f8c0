"""Every setting, once. Each is an environment variable `KAWAT_<NAME>` or a line of `.env`."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from processors.errors import UsageError

MIB = 1 << 20


class Settings(BaseSettings):
    """Loopback and one machine by default; a cluster sets the addresses."""

    model_config = SettingsConfigDict(
        env_prefix="KAWAT_", env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True
    )

    kafka: str = Field("127.0.0.1:9292", description="bootstrap servers, comma separated")
    elasticsearch: str = Field("http://127.0.0.1:9290", description="URL of Elasticsearch")
    elasticsearch_api_key: str | None = Field(None, description="API key; never logged", repr=False)
    elasticsearch_ca_certs: Path | None = Field(None, description="CA file of an https Elasticsearch")
    kibana_api_key: str | None = Field(None, description="API key of Kibana; never logged", repr=False)
    namespace: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = Field(
        "", description="prefix of topics, consumer groups and indices, so that users and tests share servers"
    )
    home: Path = Field(Path(".kawat"), description="data, logs and pid files of servers and workers")

    kafka_port: int = Field(9292, description="port of the local Kafka (kawat up)")
    kafka_controller_port: int = Field(9293, description="port of the local Kafka's controller")
    elasticsearch_port: int = Field(9290, description="HTTP port of the local Elasticsearch")
    elasticsearch_transport_port: int = Field(9291, description="transport port of the local Elasticsearch")
    kafka_heap_mb: int = Field(512, description="heap of the local Kafka")
    elasticsearch_heap_mb: int = Field(700, description="heap of the local Elasticsearch")

    gazetteer: Path | None = Field(
        None, description="CSV file with the columns id,type,name, whose ids and names go before Kawat's"
    )

    rules: Path | None = Field(
        None, description="TOML file of the alert rules; none: every arms deal, to standard output"
    )

    partitions: int = Field(8, ge=1, description="partitions of wire.raw, wire.articles and wire.stories")
    replication: int = Field(1, ge=1, description="replicas of every topic and, less one, of every index")
    payload_limit: int = Field(8 * MIB, description="bytes; a bigger payload is refused at the feed")
    record_limit: int = Field(16 * MIB, description="bytes; topics, producers and consumers")

    enrich_processes: int = Field(0, ge=0, description="enrichment processes; 0: one per core")
    enrich_seconds: float = Field(30.0, gt=0, description="time limit of one article in enrichment")
    group_stories: int = Field(
        250_000, gt=0, le=100_000_000,
        description="stories kept for telling copies, of the last 72 hours; some 1.1 kB each",
    )  # fmt: skip
    batch_seconds: float = Field(40.0, gt=0, description="a batch not done by then is abandoned uncommitted")
    linger_seconds: float = Field(0.02, gt=0, description="how long a batch waits for company")
    metrics_port: int = Field(0, ge=0, description="first port of the stages' Prometheus metrics; 0: none")
    monitor_host: str = Field("127.0.0.1", description="address of the live monitor")
    monitor_port: int = Field(8321, ge=0, le=65535, description="port of the live monitor")
    monitor_token: str | None = Field(
        None, min_length=16, description="what a browser must give to look; never logged", repr=False
    )
    instance: str = Field("1", description="names this machine's workers in their consumer groups")

    def named(self, name: str) -> str:
        """The name of a topic, group or index with the namespace before it."""
        return f"{self.namespace}-{name}" if self.namespace else name

    def group(self, stage: str) -> str:
        """The consumer group of a stage."""
        return self.named(f"kawat-{stage}")


@cache
def settings() -> Settings:
    """The process's settings.

    Raises UsageError naming the variable where a value cannot be read.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "KAWAT_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UsageError(f"{name}: {first['msg']}") from None
