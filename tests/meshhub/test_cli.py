"""The command line: exit codes, messages, what it prints, and that help comes at once."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.journal.segment import SegmentName
from collector.quarantine import Quarantine
from meshhub import __version__
from meshhub.cli import main
from meshhub.model import Signal
from meshhub.secret import MASK
from meshhub.testing.hub import RunningHub, clean_environment
from meshhub.testing.otlp import segment

HELP_SECONDS = 30.0
"""Generous, machines are noisy: what matters is that nothing heavy is imported, which is tested by name."""

HEAVY = ("chdb", "clickhouse_connect", "dash", "fastapi", "grpc", "networkx", "opentelemetry", "plotly", "httpx")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    code = ended.value.code
    return code if isinstance(code, int) else 0


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from meshhub.cli import main\n"
        "try:\n    main(['--help'])\n"
        f"finally:\n    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=HELP_SECONDS,
        check=True,
    )
    assert done.stderr.strip() == "[]"
    assert "serve" in done.stdout


def test_the_version_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"meshhub {__version__}\n"


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "meshhub.cli", "--version"], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == f"meshhub {__version__}\n"


@pytest.mark.parametrize("arguments", [["nonsense"], ["serve", "--nonsense"], ["quarantine", "retry"]])
def test_wrong_usage_is_code_2(arguments: list[str]) -> None:
    assert run(*arguments) == 2


def test_wrong_settings_are_code_2_and_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "meshhub.yaml"
    config.write_text("web:\n  adress: 127.0.0.1:1\n", encoding="utf-8")
    for command in (["config", "check"], ["config", "show"], ["serve"], ["migrate"], ["quarantine", "list"]):
        assert run(*command, "--config", str(config)) == 2
        assert capsys.readouterr().err == (
            f"meshhub: could not use the settings:\n  {config}:2: web.adress: unknown key (did you mean web.address?)\n"
        )


def test_good_settings_are_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("config", "check", "--store", "clickhouse://db") == 0
    assert capsys.readouterr().out == "The settings are good: 1 given, the others have their defaults.\n"


def test_the_settings_in_force_are_shown_with_their_origins_and_without_secrets(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHHUB_STORAGE__PASSWORD", "pl4nted")
    monkeypatch.setenv("MESHHUB_WEB__PAGE_THREADS", "3")
    assert run("config", "show", "--changed", "--json") == 0
    output = capsys.readouterr().out
    assert json.loads(output) == [
        {"name": "storage.password", "value": MASK, "origin": "MESHHUB_STORAGE__PASSWORD"},
        {"name": "web.page_threads", "value": "3", "origin": "MESHHUB_WEB__PAGE_THREADS"},
    ]
    assert run("config", "show") == 0
    output = capsys.readouterr().out
    assert "collector.journal.durability" in output
    assert "pl4nted" not in output


def test_an_empty_quarantine_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("quarantine", "list") == 0
    assert capsys.readouterr().out == "Nothing is in quarantine.\n"
    assert run("quarantine", "list", "--json") == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.fixture
def quarantined(tmp_path: Path) -> str:
    """The name of the one entry in the quarantine of the default data directory."""
    name = SegmentName(Signal.TRACES, "0123456789abcdef", 7)
    sealed = tmp_path / name.file_name
    sealed.write_bytes(segment([ExportTraceServiceRequest()], received=1_773_000_000_000_000_000))
    Quarantine(tmp_path / "meshhub-data").put(
        name, sealed, "could not parse\x1b[2J it", datetime(2026, 3, 8, tzinfo=UTC)
    )
    return str(name)


def test_what_is_in_quarantine_is_listed_shown_and_given_back(
    quarantined: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("quarantine", "list") == 0
    output = capsys.readouterr().out
    assert quarantined in output
    assert "could not parse�[2J it" in output
    assert run("quarantine", "show", quarantined) == 0
    assert json.loads(capsys.readouterr().out) == {}
    assert run("quarantine", "retry", "--all") == 0
    assert capsys.readouterr().out == "1 given back to the loader.\n"
    assert len(list((tmp_path / "meshhub-data/journal/traces/sealed").iterdir())) == 1


def test_what_is_not_there_is_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("quarantine", "show", "traces-1") == 1
    assert capsys.readouterr().err.startswith("meshhub: could not find traces-1 in quarantine")


def test_migrations_are_planned_applied_and_shown(tmp_path: Path) -> None:
    def migrate(*arguments: str) -> str:
        command = [sys.executable, "-m", "meshhub.cli", "migrate", "--data-dir", str(tmp_path / "data"), *arguments]
        done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60, check=True)
        return done.stdout

    assert "CREATE TABLE IF NOT EXISTS spans" in migrate("--dry-run")
    assert {row["state"] for row in json.loads(migrate("status", "--json"))} == {"pending"}
    assert "applied 0021_table_spans" in migrate()
    assert {row["state"] for row in json.loads(migrate("status", "--json"))} == {"applied"}
    assert migrate("--dry-run") == ""
    assert migrate().endswith("0 migrations were applied.\n")


def test_a_store_in_use_is_code_1(hub: RunningHub) -> None:
    command = [sys.executable, "-m", "meshhub.cli", "migrate", "--data-dir", str(hub.data_dir)]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"meshhub: could not open the data directory {hub.data_dir}: another meshhub process")


def test_the_demo_has_its_own_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("demo", "--help") == 0
    assert "--seconds" in capsys.readouterr().out
    assert run("demo", "--nonsense") == 2
