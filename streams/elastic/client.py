"""Connections to Elasticsearch, and what its failures mean to us.

The clients never retry: whether and when to try again is the stage's business.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn
from urllib.parse import urlsplit

from elasticsearch import ApiError, AsyncElasticsearch, Elasticsearch, TransportError

from processors.errors import ServiceError, TryLater
from streams.settings import Settings

TIMEOUT = 30.0  # seconds a request may take

logging.getLogger("elastic_transport").setLevel(logging.ERROR)  # else a line a request; the stage says more


def agents_client(settings: Settings) -> AsyncElasticsearch:
    """The asynchronous client of the agents; its owner closes it."""
    return AsyncElasticsearch(settings.elasticsearch, **_options(settings))


def commands_client(settings: Settings) -> Elasticsearch:
    """The synchronous client of the command line."""
    return Elasticsearch(settings.elasticsearch, **_options(settings))


def address(settings: Settings) -> str:
    """Where Elasticsearch is, fit to be shown: without the user and password that a URL may carry."""
    parts = urlsplit(settings.elasticsearch)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


@contextmanager
def pausing() -> Iterator[None]:
    """Within it, whatever Elasticsearch answers but success becomes TryLater."""
    try:
        yield
    except (ApiError, TransportError) as error:
        raise TryLater(f"Elasticsearch: {describe(error)}") from error


@contextmanager
def explaining(settings: Settings) -> Iterator[None]:
    """Within it, Elasticsearch's failures become a ServiceError: one line that says what to do."""
    try:
        yield
    except TransportError:
        raise ServiceError(
            f"Elasticsearch does not answer at {address(settings)}: start it with `kawat up`, "
            "or set KAWAT_ELASTICSEARCH"
        ) from None
    except ApiError as error:
        _explain(error, settings)


def describe(error: ApiError | TransportError) -> str:
    """Status, type and reason of a failure on one line, at most 500 characters."""
    if isinstance(error, TransportError):
        return f"{type(error).__name__}: {error.message}"[:500]
    kind, reason = cause(error)
    return " ".join(f"{error.status_code} {kind} {reason}".split())[:500]


def reasons(error: Mapping[str, Any]) -> str:
    """The reason of an error of Elasticsearch's and of what caused it: the outer one often says little."""
    told: list[str] = []
    inner: Any = error
    while isinstance(inner, dict):
        told.append(" ".join(str(inner.get("reason") or "").split()))
        inner = inner.get("caused_by")
    return "; ".join(dict.fromkeys(filter(None, told)))


def cause(error: ApiError) -> tuple[str, str]:
    """Type and reasons as Elasticsearch names them; empty where something before it answered."""
    body: Any = error.body
    if not isinstance(body, dict) or not isinstance(body.get("error"), dict):
        return "", ""
    return str(body["error"].get("type", "")), reasons(body["error"])


def _explain(error: ApiError, settings: Settings) -> NoReturn:
    if error.status_code in (401, 403):
        raise ServiceError(
            f"Elasticsearch at {address(settings)} refuses access ({error.status_code}): "
            "check KAWAT_ELASTICSEARCH_API_KEY"
        ) from None
    if error.status_code == 404:
        raise ServiceError(
            f"Nothing is set up in Elasticsearch at {address(settings)}: run `kawat up`, then `kawat setup`"
        ) from None
    raise ServiceError(f"Elasticsearch at {address(settings)}: {describe(error)}") from None


def _options(settings: Settings) -> dict[str, Any]:
    options: dict[str, Any] = {"request_timeout": TIMEOUT, "max_retries": 0, "retry_on_timeout": False}
    if settings.elasticsearch_api_key:
        options["api_key"] = settings.elasticsearch_api_key
    if settings.elasticsearch_ca_certs:
        options["ca_certs"] = str(settings.elasticsearch_ca_certs)
    return options
