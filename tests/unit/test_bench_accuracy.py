"""`make accuracy` prints one Markdown table, a data set a column."""

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.accuracy import data_set, main, table
from processors import agreement
from processors.agreement import Comparison
from processors.errors import UsageError


def folder(at: Path, *names: str) -> Path:
    at.mkdir()
    for name in names:
        (at / f"{name}.txt").write_text("Kapal itu tiba di Surabaya.", "utf8")
        (at / f"{name}.json").write_text(json.dumps({"quotes": []}), "utf8")
    return at


def test_a_data_set_is_a_folder_with_a_name_and_a_list_of_ids(tmp_path: Path) -> None:
    path = folder(tmp_path / "gold", "a1", "a2", "a3")
    (tmp_path / "ids").write_text("a3 a1", "utf8")
    found = [data_set(f"{path}"), data_set(f"Gold={path}"), data_set(f"held out={path}@{tmp_path / 'ids'}")]
    assert [(one.name, [article.id for article in one.articles]) for one in found] == [
        ("gold", ["a1", "a2", "a3"]),
        ("Gold", ["a1", "a2", "a3"]),
        ("held out", ["a1", "a3"]),
    ]
    with pytest.raises(UsageError, match="no such folder"):
        data_set(f"gold={path}s")


def test_the_table_has_a_column_a_data_set_and_a_dash_where_nothing_is_annotated() -> None:
    one = agreement.figures([Comparison(Counter(articles=1), [])])
    counts = {"articles": 2, "direct right": 1, "direct wanted": 2, "direct found": 1, "direct speaker": 1}
    two = agreement.figures([Comparison(Counter(counts | {"role quotes": 1, "role right": 1}), [])])
    lines = table([("gold", one), ("held out", two)]).splitlines()
    assert lines[:6] == [
        "|  | gold | held out |",
        "| --- | ---: | ---: |",
        "| articles | 1 | 2 |",
        "| direct quotes annotated | – | 2 |",
        "| direct quotes | – | 100.0 / 50.0 / **66.7** |",
        "| – their speakers | – | 100.0 |",
    ]
    assert "| speaker: role | – | 100.0 of 1 |" in lines
    assert lines[-1] == "| links | – | – |"


def test_a_wrong_folder_is_the_users_mistake(tmp_path: Path) -> None:
    run = CliRunner().invoke(main, [f"gold={tmp_path}/nowhere"])
    assert run.exit_code == 2
    assert run.output.splitlines()[-1] == f"Error: {tmp_path}/nowhere: no such folder"
