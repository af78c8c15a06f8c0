"""The benchmark runs and gives its figures; what they are is for `make bench` on an idle machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(600)
def test_the_quick_benchmark_gives_all_figures_and_kawat_is_faster_than_stock(tmp_path: Path) -> None:
    output = tmp_path / "figures.json"
    run = [sys.executable, "-m", "benchmarks.enrichment", "--quick", "--json", str(output)]
    subprocess.run(run, check=True, capture_output=True, timeout=580)
    figures = json.loads(output.read_text("utf8"))
    for side in ("1", "2"):
        assert figures["enrichment by processes"][side]["articles/s"]["median"] > 0
        assert figures["stock tagger by threads"][side]["tokens/s"]["median"] > 0
        assert figures["ratio"][side]["median"] > 1
    assert 280 < figures["articles"]["words each"] < 340
    assert figures["memory MB"]["peak"] >= figures["memory MB"]["resident"] > 100
    assert all(cost["seconds"] > 0 for cost in figures["endless"].values())
    parts = figures["parts"]
    assert [name for name, part in parts.items() if part["calls"] == 0] == []
    assert sum(part["per cent"] for name, part in parts.items() if name != "whole") == pytest.approx(
        100, abs=1
    )
    assert parts["all else"]["per cent"] < 10
    assert figures["machine"]["cores"] >= 1
