"""Elasticsearch as a local server: one node, with the analysis plugin, without security."""

import json
import os
import urllib.request
from http.client import HTTPException

from streams.local.distribution import Distribution
from streams.local.java import Java
from streams.local.layout import Layout
from streams.local.ports import HOST, listening
from streams.local.process import Launch
from streams.settings import Settings

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # loopback is never behind a proxy


class Elasticsearch:
    """What `LocalServers` needs to know of Elasticsearch."""

    name = "elasticsearch"
    title = "Elasticsearch"

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.address = f"http://{HOST}:{settings.elasticsearch_port}"
        self.configured = settings.elasticsearch
        self.ports = {
            "KAWAT_ELASTICSEARCH_PORT": settings.elasticsearch_port,
            "KAWAT_ELASTICSEARCH_TRANSPORT_PORT": settings.elasticsearch_transport_port,
        }

    def prepare(self, layout: Layout, java: Java, files: Distribution) -> Launch:
        """Writes the configuration. Runs the launcher, which stays, and ends and is ended with the server."""
        layout.write_config("elasticsearch/log4j2.properties")
        layout.write_config(
            "elasticsearch/jvm.options",
            {"heap": self._settings.elasticsearch_heap_mb, "logs": layout.logs, "tmp": layout.tmp},
        )
        layout.write_config(
            "elasticsearch/elasticsearch.yml",
            {
                "port": self._settings.elasticsearch_port,
                "transport_port": self._settings.elasticsearch_transport_port,
                "data": json.dumps(str(layout.data)),  # a JSON string is a YAML string
                "logs": json.dumps(str(layout.logs)),
            },
        )
        environment = {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "HOME": str(layout.folder),
            "ES_JAVA_HOME": str(java.home),
            "ES_PATH_CONF": str(layout.config),
            "ES_TMPDIR": str(layout.tmp),
            "CLI_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:-UsePerfData",
        }
        return Launch([files.elasticsearch / "bin" / "elasticsearch"], environment)

    def healthy(self, seconds: float) -> bool:
        """Whether the node answers, within so many seconds, that it has a master and its primary shards."""
        if not listening(self._settings.elasticsearch_port):
            return False
        url = f"{self.address}/_cluster/health?wait_for_status=yellow&timeout={seconds:.0f}s"
        try:
            with _DIRECT.open(url, timeout=seconds + 1) as answer:
                return json.load(answer)["status"] in ("yellow", "green")
        except (OSError, HTTPException, ValueError):  # refused, cut off, or not yet (408, 503)
            return False
