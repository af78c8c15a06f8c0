"""docker-compose.yml and the image it builds: what can be said of them without Docker."""

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from streams import status
from streams.agents import ROLES
from streams.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy/docker/Dockerfile").read_text()

each_service = pytest.mark.parametrize("name", SERVICES)


def test_the_file_is_valid_by_the_schema_of_the_compose_specification() -> None:
    schema = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.Draft7Validator(json.loads(schema.read_text())).validate(COMPOSE)


def test_it_brings_kafka_elasticsearch_kibana_and_kawat() -> None:
    assert set(SERVICES) == {"kafka", "elasticsearch", "kibana", "kawat"}


@each_service
def test_every_published_port_is_bound_to_loopback(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@each_service
def test_every_image_is_pinned_to_a_minor_version_at_least(name: str) -> None:
    assert re.fullmatch(r"[a-z/]+:\d+\.\d+(\.\d+)?", SERVICES[name]["image"])


def test_the_servers_have_the_versions_the_design_names() -> None:
    assert SERVICES["kafka"]["image"].startswith("apache/kafka:4.1")
    assert SERVICES["elasticsearch"]["image"].startswith("elasticsearch:8.19")
    assert SERVICES["kibana"]["image"].split(":")[1] == SERVICES["elasticsearch"]["image"].split(":")[1]


@each_service
def test_every_service_says_whether_it_is_healthy(name: str) -> None:
    in_image = name == "kawat" and re.search(r"^HEALTHCHECK ", DOCKERFILE, re.MULTILINE)
    assert in_image or SERVICES[name]["healthcheck"]["test"]


def _health_of_kawat(home: Path) -> int:
    command = re.search(r"HEALTHCHECK .*\\\n +CMD (\[.+\])", DOCKERFILE)
    assert command
    _, *arguments = json.loads(command[1])
    finished = subprocess.run(
        [sys.executable, *arguments], check=False, env={"KAWAT_HOME": str(home)}, cwd=ROOT
    )
    return finished.returncode


def test_kawat_is_healthy_once_every_stage_is_at_work(tmp_path: Path) -> None:
    settings = Settings.model_construct(home=tmp_path, instance="1")
    assert _health_of_kawat(tmp_path) == 1
    for role in ROLES:
        status.write(settings, role, "running")
    assert _health_of_kawat(tmp_path) == 0
    status.write(settings, "index", "waiting", "Elasticsearch")
    assert _health_of_kawat(tmp_path) == 1


@each_service
def test_a_service_waits_until_those_it_needs_are_healthy(name: str) -> None:
    needs = SERVICES[name].get("depends_on", {})
    assert all(need["condition"] == "service_healthy" for need in needs.values())
    assert set(needs) <= set(SERVICES)


def test_kawat_waits_for_both_servers() -> None:
    assert set(SERVICES["kawat"]["depends_on"]) == {"kafka", "elasticsearch"}


def test_every_variable_given_to_kawat_is_a_setting() -> None:
    known = {f"KAWAT_{name.upper()}" for name in Settings.model_fields}
    given = {name for name in SERVICES["kawat"]["environment"] if name.startswith("KAWAT_")}
    assert given
    assert given <= known


def test_kawat_talks_to_the_addresses_the_servers_listen_on() -> None:
    given = SERVICES["kawat"]["environment"]
    advertised = SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(",")
    assert f"INTERNAL://{given['KAWAT_KAFKA']}" in advertised
    assert given["KAWAT_ELASTICSEARCH"] == "http://elasticsearch:9200"


def test_the_command_line_of_this_machine_finds_the_servers_without_settings() -> None:
    settings = Settings.model_construct()  # the defaults, whatever the environment says
    advertised = SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(",")
    assert f"HOST://{settings.kafka}" in advertised
    assert SERVICES["kafka"]["ports"] == [f"{settings.kafka}:9092"]
    assert SERVICES["elasticsearch"]["ports"] == [f"{settings.elasticsearch.removeprefix('http://')}:9200"]


def test_kafka_takes_records_of_the_size_the_settings_allow() -> None:
    kafka = SERVICES["kafka"]["environment"]
    limit = str(Settings.model_construct().record_limit)
    assert kafka["KAFKA_MESSAGE_MAX_BYTES"] == limit
    assert kafka["KAFKA_REPLICA_FETCH_MAX_BYTES"] == limit


def test_a_stop_leaves_a_batch_the_time_to_end() -> None:
    grace = int(SERVICES["kawat"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings.model_construct().batch_seconds


def test_data_outlives_the_containers() -> None:
    for name, service in SERVICES.items():
        mounted = {volume.split(":")[0] for volume in service["volumes"]}
        assert mounted & set(COMPOSE["volumes"]), name


def test_the_image_is_built_from_a_dockerfile_that_exists_and_runs_kawat_work_as_an_ordinary_user() -> None:
    assert (ROOT / SERVICES["kawat"]["build"]["dockerfile"]).read_text() == DOCKERFILE
    steps = [line.split(maxsplit=1) for line in DOCKERFILE.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert steps[0] == ["FROM", "python:3.11-slim"]
    assert [step[1] for step in steps if step[0] == "USER"][-1] == "kawat"
    assert steps[-1] == ["CMD", '["kawat", "work"]']


def test_all_that_the_image_copies_is_in_the_build_context_and_exists() -> None:
    ignore = (ROOT / "deploy/docker/Dockerfile.dockerignore").read_text().splitlines()
    for copy in re.findall(r"^COPY (.+)", DOCKERFILE, re.MULTILINE):
        assert all(f"!{path}" in ignore and (ROOT / path).exists() for path in copy.split()[:-1])
