"""What the dashboard draws: each panel described once, from which both Kibana's state and the aggregation
that Elasticsearch will be asked for are made.

The panels stand on the live aliases of stories, quotes and mentions, a document each: Kibana's charts do not
aggregate nested fields.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from streams.elastic.clauses import EMBARGOED
from streams.elastic.indices import ALERTS, LIVE, LIVE_MENTIONS, LIVE_QUOTES

Json = dict[str, Any]

TIME = "at"
_NOT_YET: Json = {"range": {TIME: {"gt": "now"}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A data view on an alias; `hides` is the query of what must not be shown now."""

    alias: str
    name: str
    hides: Json = field(default_factory=lambda: EMBARGOED)
    links: Mapping[str, Json] = field(default_factory=dict)  # fields → parameters of Kibana's URL format


_MONITOR = {"urlTemplate": "http://127.0.0.1:8321/?story={{value}}", "labelTemplate": "{{rawValue}}"}
_ORIGINAL = {"labelTemplate": "original"}

STORIES = View(alias=LIVE, name="Kawat stories", links={"url": _ORIGINAL, "id": _MONITOR})
QUOTES = View(alias=LIVE_QUOTES, name="Kawat quotes", links={"url": _ORIGINAL, "story": _MONITOR})
MENTIONS = View(alias=LIVE_MENTIONS, name="Kawat arms deals", links={"url": _ORIGINAL, "story": _MONITOR})
SENT = View(alias=ALERTS, name="Kawat alerts", hides=_NOT_YET, links={"url": _ORIGINAL, "story": _MONITOR})
VIEWS = (STORIES, QUOTES, MENTIONS, SENT)


@dataclass(frozen=True, slots=True)
class Terms:
    """The most frequent values of a field."""

    field: str
    label: str
    size: int = 10


@dataclass(frozen=True, slots=True)
class Time:
    label: str = "time"


@dataclass(frozen=True, slots=True)
class Count:
    label: str


@dataclass(frozen=True, slots=True)
class Percentile:
    field: str
    percent: int
    label: str


Bucket = Terms | Time
Metric = Count | Percentile
Shape = Literal["bar_stacked", "bar_horizontal", "line", "heatmap", "metric"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One chart. Of two buckets the first is the axis and the second splits it; a heatmap's are x and y."""

    id: str
    title: str
    view: View
    shape: Shape
    buckets: Sequence[Bucket] = ()
    metrics: Sequence[Metric]
    place: tuple[int, int, int, int]  # x, y, width, height on Kibana's grid of 48 columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A saved search: documents, the newest first."""

    id: str
    title: str
    view: View
    columns: Sequence[str]
    place: tuple[int, int, int, int] | None = None  # None: not on the dashboard


PANELS = (
    Panel(
        id="stories", title="Stories", view=STORIES, shape="metric", metrics=[Count("stories")],
        place=(0, 0, 8, 8),
    ),
    Panel(
        id="mentions", title="Mentions of arms deals", view=MENTIONS, shape="metric",
        metrics=[Count("mentions")], place=(8, 0, 8, 8),
    ),
    Panel(
        id="alerts", title="Alerts by kind", view=SENT, shape="bar_horizontal",
        buckets=[Terms("kind", "kind")], metrics=[Count("alerts")], place=(16, 0, 16, 8),
    ),
    Panel(
        id="latency", title="From the wire to the desk, ms", view=STORIES, shape="line", buckets=[Time()],
        metrics=[Percentile("latency_ms", each, f"p{each}") for each in (50, 95, 99)],
        place=(32, 0, 16, 8),
    ),
    Panel(
        id="sources", title="Stories by source", view=STORIES, shape="bar_stacked",
        buckets=[Time(), Terms("source", "source")], metrics=[Count("stories")], place=(0, 8, 24, 12),
    ),
    Panel(
        id="languages", title="Stories by language", view=STORIES, shape="bar_stacked",
        buckets=[Time(), Terms("language", "language", 6)], metrics=[Count("stories")],
        place=(24, 8, 24, 12),
    ),
    Panel(
        id="parties", title="Who supplies whom", view=MENTIONS, shape="heatmap",
        buckets=[Terms("recipient_ids", "recipient", 15), Terms("supplier_ids", "supplier", 15)],
        metrics=[Count("mentions")], place=(0, 20, 24, 16),
    ),
    Panel(
        id="status", title="Status of arms deals", view=MENTIONS, shape="bar_stacked",
        buckets=[Time(), Terms("status", "status", 8)], metrics=[Count("mentions")], place=(24, 20, 24, 8),
    ),
    Panel(
        id="goods", title="Goods", view=MENTIONS, shape="bar_horizontal",
        buckets=[Terms("goods_classes", "goods", 12)], metrics=[Count("mentions")], place=(24, 28, 12, 8),
    ),
    Panel(
        id="speakers", title="Who is quoted most", view=QUOTES, shape="bar_horizontal",
        buckets=[Terms("speaker", "speaker", 12)], metrics=[Count("quotes")], place=(36, 28, 12, 8),
    ),
)  # fmt: skip

TABLES = (
    Table(
        id="deals", title="Arms deals, with evidence", view=MENTIONS, place=(0, 36, 48, 16),
        columns=[
            "parties", "status", "act", "goods", "grade", "evidence", "claimant", "source", "story", "url",
        ],
    ),
    Table(
        id="told", title="Alerts, with evidence", view=SENT, place=(0, 52, 48, 14),
        columns=["kind", "news", "evidence.text", "source", "rule", "short", "story", "url"],
    ),
    Table(
        id="live", title="Live stories", view=STORIES,
        columns=["source", "language", "headline", "id", "url"],
    ),
    Table(
        id="said", title="Who said what", view=QUOTES, columns=["speaker", "text", "source", "story", "url"]
    ),
)  # fmt: skip


def aggregations(panel: Panel) -> Json:
    """What Elasticsearch is asked for the panel: bucket in bucket, the metrics inside the last."""
    inner = {f"m{number}": made for number, each in enumerate(panel.metrics) if (made := _metric(each))}
    for number, bucket in reversed(list(enumerate(panel.buckets))):
        inner = {f"b{number}": _bucket(bucket) | ({"aggs": inner} if inner else {})}
    return inner


def _metric(metric: Metric) -> Json | None:
    """None: a count comes with every bucket."""
    if isinstance(metric, Count):
        return None
    return {"percentiles": {"field": metric.field, "percents": [metric.percent]}}


def _bucket(bucket: Bucket) -> Json:
    if isinstance(bucket, Time):
        return {"date_histogram": {"field": TIME, "fixed_interval": "1h", "min_doc_count": 1}}
    return {"terms": {"field": bucket.field, "size": bucket.size}}
