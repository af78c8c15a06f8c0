"""The whole pipeline on real servers: a wire goes in, and what is searchable comes out, whatever dies."""

import json
from pathlib import Path

import pytest

from benchmarks import faults
from streams.settings import Settings

STORIES = 60


def _wire(folder: Path) -> Path:
    """A wire of short stories, each with a quote, and one line that is no story."""
    lines = [json.dumps({"id": f"kapal-{n}", "text": _story(n)}) for n in range(STORIES)]
    lines.insert(STORIES // 2, '{"id": "putus", "text": "Jakarta (WARTA) - Kabar ini terpot')
    path = folder / "wire.jsonl"
    path.write_text("\n".join(lines), "utf8")
    return path


def _story(n: int) -> str:
    return (
        f"SURABAYA (WARTA) - TNI Angkatan Laut menerima kapal patroli nomor {n} dari galangan, Senin.\n\n"
        f'"Kapal ke-{n} ini selesai tepat waktu dan sudah diuji," kata Laksamana Bagus Hartono.\n\n'
        "Kapal itu akan ditempatkan di Natuna mulai bulan depan."
    )


@pytest.mark.timeout(600)
def test_nothing_is_lost_or_doubled_while_workers_and_servers_die(
    shared_home: Settings, tmp_path: Path
) -> None:
    plan = faults.Plan(
        enrich_kills=(0.1, 0.5), broker_kill=0.3, outage=0.7, outage_seconds=5, deadline_seconds=240
    )
    result = faults.run(_wire(tmp_path), shared_home, plan, print)
    assert result.problems == []
    assert (result.stories, result.dead, result.versions) == (STORIES, 1, STORIES)
    assert result.quotes == STORIES
    assert (result.enrich_kills, result.broker_kills, result.outages) == (2, 1, 1)
