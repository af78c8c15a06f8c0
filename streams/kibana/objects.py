"""The saved objects, as Kibana exports them: one JSON object a line.

The versions are those of exports of Kibana 8.9: 8.19 and 9 bring older objects up to date on import
(https://www.elastic.co/docs/deploy-manage/upgrade/deployment-or-cluster/saved-object-migrations).
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from streams.kibana.panels import (
    PANELS,
    TABLES,
    TIME,
    VIEWS,
    Bucket,
    Count,
    Metric,
    Panel,
    Shape,
    Table,
    Terms,
    Time,
    View,
)
from streams.settings import Settings

Json = dict[str, Any]

DASHBOARD = "kawat-desk"
_CORE = "8.8.0"
_VERSIONS = {"index-pattern": "8.0.0", "search": "8.0.0", "lens": "8.9.0", "dashboard": "8.9.0"}
_LAYER = "layer"
_NO_QUERY: Json = {"query": "", "language": "kuery"}


def ndjson(settings: Settings) -> str:
    """All objects, those first that others refer to. The same settings give the same text."""
    return "".join(f"{json.dumps(each, ensure_ascii=False, sort_keys=True)}\n" for each in objects(settings))


def objects(settings: Settings) -> Iterator[Json]:
    """With the namespace before ids and patterns, so that several may share one Kibana."""
    yield from (_view(each, settings) for each in VIEWS)
    yield from (_search(each, settings) for each in TABLES)
    yield from (_lens(each, settings) for each in PANELS)
    yield _dashboard(settings)


def _object(kind: str, id_: str, attributes: Json, references: Sequence[Json] = ()) -> Json:
    return {
        "type": kind,
        "id": id_,
        "attributes": attributes,
        "references": list(references),
        "coreMigrationVersion": _CORE,
        "typeMigrationVersion": _VERSIONS[kind],
        "managed": False,
    }


def _title(text: str, settings: Settings) -> str:
    return f"{text} ({settings.namespace})" if settings.namespace else text


def _view_id(view: View, settings: Settings) -> str:
    return settings.named(view.alias)


def _id(kind: str, name: str, settings: Settings) -> str:
    return settings.named(f"kawat-{kind}-{name}")


def _view(view: View, settings: Settings) -> Json:
    formats = {name: {"id": "url", "params": params} for name, params in view.links.items()}
    return _object(
        "index-pattern",
        _view_id(view, settings),
        {
            "title": settings.named(view.alias),
            "name": _title(view.name, settings),
            "timeFieldName": TIME,
            "fieldFormatMap": json.dumps(formats, sort_keys=True),
            "fieldAttrs": "{}",
            "fields": "[]",
            "runtimeFieldMap": "{}",
            "sourceFilters": "[]",
            "typeMeta": "{}",
        },
    )


def _hidden(view: View) -> Json:
    """The filter that leaves out what is under an embargo, judged at every look."""
    meta = {"alias": "not under embargo", "disabled": False, "key": "query", "negate": True, "type": "custom"}
    return {"meta": meta, "query": view.hides, "$state": {"store": "appState"}}


def _search(table: Table, settings: Settings) -> Json:
    place = "kibanaSavedObjectMeta.searchSourceJSON.index"
    source = {"query": _NO_QUERY, "filter": [_hidden(table.view)], "indexRefName": place}
    return _object(
        "search",
        _id("search", table.id, settings),
        {
            "title": _title(table.title, settings),
            "description": "",
            "columns": list(table.columns),
            "sort": [[TIME, "desc"]],
            "grid": {},
            "hideChart": False,
            "isTextBasedQuery": False,
            "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source, sort_keys=True)},
        },
        [{"name": place, "type": "index-pattern", "id": _view_id(table.view, settings)}],
    )


# ── charts ────────────────────────────────────────────────────────────────────────────────────────────


def _lens(panel: Panel, settings: Settings) -> Json:
    metrics = [f"metric-{number}" for number in range(len(panel.metrics))]
    buckets = [f"bucket-{number}" for number in range(len(panel.buckets))]
    columns = {
        **{name: _bucket(each, metrics[0]) for name, each in zip(buckets, panel.buckets, strict=True)},
        **{name: _metric(each) for name, each in zip(metrics, panel.metrics, strict=True)},
    }
    kind, drawn = _drawn(panel.shape, buckets, metrics)
    layer = {"columns": columns, "columnOrder": [*buckets, *metrics], "incompleteColumns": {}, "sampling": 1}
    state = {
        "visualization": drawn,
        "query": _NO_QUERY,
        "filters": [_hidden(panel.view)],
        "datasourceStates": {"formBased": {"layers": {_LAYER: layer}}},
        "internalReferences": [],
        "adHocDataViews": {},
    }
    return _object(
        "lens",
        _id("panel", panel.id, settings),
        {
            "title": _title(panel.title, settings),
            "description": "",
            "visualizationType": kind,
            "state": state,
        },
        [
            {
                "name": f"indexpattern-datasource-layer-{_LAYER}",
                "type": "index-pattern",
                "id": _view_id(panel.view, settings),
            }
        ],
    )


def _bucket(bucket: Bucket, by: str) -> Json:
    if isinstance(bucket, Time):
        return {
            "label": bucket.label,
            "customLabel": True,
            "dataType": "date",
            "operationType": "date_histogram",
            "sourceField": TIME,
            "isBucketed": True,
            "scale": "interval",
            "params": {"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
        }
    return _terms(bucket, by)


def _terms(bucket: Terms, by: str) -> Json:
    return {
        "label": bucket.label,
        "customLabel": True,
        "dataType": "string",
        "operationType": "terms",
        "sourceField": bucket.field,
        "isBucketed": True,
        "scale": "ordinal",
        "params": {
            "size": bucket.size,
            "orderBy": {"type": "column", "columnId": by},
            "orderDirection": "desc",
            "otherBucket": False,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
            "include": [],
            "exclude": [],
            "includeIsRegex": False,
            "excludeIsRegex": False,
        },
    }


def _metric(metric: Metric) -> Json:
    common = {"label": metric.label, "customLabel": True, "dataType": "number", "isBucketed": False}
    if isinstance(metric, Count):
        more: Json = {
            "operationType": "count",
            "sourceField": "___records___",
            "params": {"emptyAsNull": True},
        }
    else:
        more = {
            "operationType": "percentile",
            "sourceField": metric.field,
            "params": {"percentile": metric.percent},
        }
    return common | {"scale": "ratio"} | more


def _drawn(shape: Shape, buckets: Sequence[str], metrics: Sequence[str]) -> tuple[str, Json]:
    """Kibana's name of the visualization, and how it is drawn."""
    layer: Json = {"layerId": _LAYER, "layerType": "data"}
    if shape == "metric":
        return "lnsMetric", layer | {"metricAccessor": metrics[0]}
    if shape == "heatmap":
        grid = {
            "type": "heatmap_grid",
            "isCellLabelVisible": True,
            "isXAxisLabelVisible": True,
            "isYAxisLabelVisible": True,
            "isXAxisTitleVisible": True,
            "isYAxisTitleVisible": True,
        }
        legend = {"type": "heatmap_legend", "isVisible": True, "position": "right"}
        axes = {"xAccessor": buckets[0], "yAccessor": buckets[1], "valueAccessor": metrics[0]}
        return "lnsHeatmap", layer | axes | {"shape": "heatmap", "gridConfig": grid, "legend": legend}
    split = {"splitAccessor": buckets[1]} if len(buckets) > 1 else {}
    series = {"seriesType": shape, "xAccessor": buckets[0], "accessors": list(metrics)}
    return "lnsXY", {
        "preferredSeriesType": shape,
        "legend": {"isVisible": True, "position": "right"},
        "valueLabels": "hide",
        "layers": [layer | series | split],
    }


# ── the dashboard ─────────────────────────────────────────────────────────────────────────────────────


def _dashboard(settings: Settings) -> Json:
    shown = [("lens", _id("panel", each.id, settings), each.place) for each in PANELS]
    shown += [("search", _id("search", each.id, settings), each.place) for each in TABLES if each.place]
    panels = [_placed(kind, str(number), place) for number, (kind, _, place) in enumerate(shown, 1)]
    references = [
        {"name": f"{number}:panel_{number}", "type": kind, "id": id_}
        for number, (kind, id_, _) in enumerate(shown, 1)
    ]
    options = {"useMargins": True, "syncColors": True, "syncCursor": True, "hidePanelTitles": False}
    return _object(
        "dashboard",
        settings.named(DASHBOARD),
        {
            "title": _title("Kawat: the wire", settings),
            "description": "What comes in, how fast, who speaks, and which arms deals are spoken of.",
            "panelsJSON": json.dumps(panels, sort_keys=True),
            "optionsJSON": json.dumps(options, sort_keys=True),
            "timeRestore": True,
            "timeFrom": "now-7d",
            "timeTo": "now",
            "refreshInterval": {"pause": False, "value": 60_000},
            "version": 1,
            "hits": 0,
            "kibanaSavedObjectMeta": {
                "searchSourceJSON": json.dumps({"query": _NO_QUERY, "filter": []}, sort_keys=True)
            },
        },
        references,
    )


def _placed(kind: str, number: str, place: tuple[int, int, int, int]) -> Json:
    x, y, width, height = place
    return {
        "type": kind,
        "panelIndex": number,
        "panelRefName": f"panel_{number}",
        "gridData": {"x": x, "y": y, "w": width, "h": height, "i": number},
        "embeddableConfig": {"enhancements": {}},
    }
