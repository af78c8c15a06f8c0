"""The local Kafka and Elasticsearch: real servers as ordinary processes, without Docker, on loopback only."""

from streams.local.servers import LocalServers, Name, ServerStatus, State

__all__ = ["LocalServers", "Name", "ServerStatus", "State"]
