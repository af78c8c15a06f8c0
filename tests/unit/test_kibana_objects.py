"""Kibana's saved objects: the committed file is what the script makes, all that is referred to is there."""

import json
from pathlib import Path
from typing import Any

from streams.elastic.indices import INDICES
from streams.kibana.objects import ndjson, objects
from streams.kibana.panels import PANELS, TABLES, VIEWS, Terms, View
from streams.settings import Settings

COMMITTED = Path(__file__).parents[2] / "deploy" / "kibana" / "kawat.ndjson"
PLAIN = Settings.model_construct(namespace="")
OF_AN_ALIAS = {alias: index for index in INDICES for alias in (index.name, *index.filtered)}


def fields(view: View) -> dict[str, str]:
    """Every field of the mapping behind a view by its dotted name, with its type; none inside nested ones."""
    found: dict[str, str] = {}

    def walk(properties: dict[str, Any], before: str) -> None:
        for name, each in properties.items():
            if each.get("type") != "nested":
                found[before + name] = each.get("type", "object")
                walk(each.get("properties", {}), f"{before}{name}.")

    walk(OF_AN_ALIAS[view.alias].properties, "")
    return found


def test_the_committed_file_is_what_the_script_prints() -> None:
    assert COMMITTED.read_text() == ndjson(PLAIN)


def test_everything_that_is_referred_to_stands_before_it_and_no_id_twice() -> None:
    seen: set[tuple[str, str]] = set()
    for each in objects(PLAIN):
        assert {(to["type"], to["id"]) for to in each["references"]} <= seen
        assert (each["type"], each["id"]) not in seen
        seen.add((each["type"], each["id"]))


def test_the_dashboard_shows_every_panel_once_and_none_over_another() -> None:
    dashboard = list(objects(PLAIN))[-1]
    panels = json.loads(dashboard["attributes"]["panelsJSON"])
    names = {to["name"] for to in dashboard["references"]}
    assert {f"{each['panelIndex']}:{each['panelRefName']}" for each in panels} == names
    assert len(panels) == len(PANELS) + sum(each.place is not None for each in TABLES)
    cells = [
        (x, y)
        for each in panels
        for x in range(each["gridData"]["x"], each["gridData"]["x"] + each["gridData"]["w"])
        for y in range(each["gridData"]["y"], each["gridData"]["y"] + each["gridData"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 48


def test_a_namespace_goes_before_ids_and_patterns() -> None:
    for each in objects(Settings.model_construct(namespace="desk-2")):
        assert each["id"].startswith("desk-2-")
        assert all(to["id"].startswith("desk-2-") for to in each["references"])
        if each["type"] == "index-pattern":
            assert each["attributes"]["title"].startswith("desk-2-kawat-")


def test_every_search_and_panel_leaves_out_what_is_under_an_embargo() -> None:
    for each in objects(PLAIN):
        if each["type"] == "lens":
            filters = each["attributes"]["state"]["filters"]
        elif each["type"] == "search":
            source = each["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"]
            filters = json.loads(source)["filter"]
        else:
            continue
        [hidden] = filters
        assert hidden["meta"]["negate"] is True
        assert next(iter(hidden["query"]["range"].values())) == {"gt": "now"}


def test_every_field_is_in_the_mapping_and_those_charted_have_values_to_count() -> None:
    for panel in PANELS:
        known = fields(panel.view)
        assert known["at"] == "date"
        for bucket in panel.buckets:
            assert not isinstance(bucket, Terms) or known[bucket.field] == "keyword", panel.id
    for table in TABLES:
        assert set(table.columns) <= fields(table.view).keys(), table.id
    for view in VIEWS:
        assert view.links.keys() <= fields(view).keys(), view.alias


def test_kibanas_columns_ask_for_what_the_panels_say() -> None:
    lenses = [each for each in objects(PLAIN) if each["type"] == "lens"]
    for panel, lens in zip(PANELS, lenses, strict=True):
        state = lens["attributes"]["state"]
        layer = state["datasourceStates"]["formBased"]["layers"]["layer"]
        columns = [layer["columns"][name] for name in layer["columnOrder"]]
        asked = [(each["operationType"], each["sourceField"]) for each in columns]
        wanted = [
            ("terms", each.field) if isinstance(each, Terms) else ("date_histogram", "at")
            for each in panel.buckets
        ]
        assert asked[: len(wanted)] == wanted
        drawn = json.dumps(state["visualization"])
        assert all(f'"{name}"' in drawn for name in layer["columnOrder"]), panel.id
