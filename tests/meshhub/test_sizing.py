"""What a hub takes follows from what was measured."""

import json
import re
from pathlib import Path

import pytest

from meshhub import sizing
from meshhub.cli import main
from meshhub.sizing import Mesh, size

BENCHMARKS = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def test_the_figures_are_those_of_the_benchmarks() -> None:
    rows = {}
    for line in BENCHMARKS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) > 10 and cells[1] == "fsync":
            rows[cells[0]] = cells
    assert float(rows["spans, flat out"][3]) == sizing.SPAN_CPU_US
    assert float(rows["access logs, flat out"][3]) == sizing.ACCESS_LOG_CPU_US
    assert float(rows["spans, flat out"][11]) == sizing.SPAN_BYTES
    assert float(rows["access logs, flat out"][11]) == sizing.ACCESS_LOG_BYTES


def test_it_adds_up() -> None:
    found = size(Mesh(1000, 0, sampling=0.5, days=1))
    assert (found.access_logs, found.spans, found.points) == (2000, 1000, 0)
    assert found.cores == pytest.approx(0.4 + 2 * (2000 * 41.2 + 1000 * 18.6) / 1e6)
    assert found.store_bytes == pytest.approx(86_400 * (2000 * 40.9 + 1000 * 37.4))
    assert found.hubs == 1


def test_twice_the_requests_take_twice_of_what_grows() -> None:
    once, twice = size(Mesh(1000, 10)), size(Mesh(2000, 10))
    assert twice.access_logs == 2 * once.access_logs
    assert twice.points == once.points
    assert once.store_bytes < twice.store_bytes < 2 * once.store_bytes


def test_nothing_takes_what_an_idle_hub_takes() -> None:
    assert size(Mesh(0, 0)).cores == sizing.IDLE_CORES


@pytest.mark.parametrize("mesh", [Mesh(-1, 1), Mesh(1, 1, sampling=2), Mesh(1, 1, stats_seconds=0), Mesh(1, -1)])
def test_a_mesh_that_cannot_be_is_refused(mesh: Mesh) -> None:
    with pytest.raises(ValueError, match="could not size"):
        size(mesh)


def test_the_command_says_when_one_hub_is_not_enough(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["size", "--rps", "100000", "--services", "500"])
    assert re.search(r"over \d+ hubs", capsys.readouterr().out)
    with pytest.raises(SystemExit):
        main(["size", "--rps", "100", "--services", "10", "--json"])
    assert json.loads(capsys.readouterr().out)["access_logs"] == 200
