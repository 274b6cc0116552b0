"""`meshhub backup` of a running hub, `meshhub restore` into another directory, and `meshhub doctor --hub`."""

import json
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from meshhub.cli.commands import create_app
from meshhub.cli.hub_api import credentials
from meshhub.errors import DataDirectoryInUse, MeshhubError
from meshhub.testing.hub import RunningHub, clean_environment, until
from meshhub.testing.otlp import Proxy, access_log, logs_request, outbound

NAME = "of-a-running-hub.tar"


def meshhub(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Another process: an engine has one directory per process."""
    command = [sys.executable, "-m", "meshhub.cli", *arguments]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=280, check=False)


@pytest.mark.timeout(300)
def test_a_running_hub_is_backed_up_and_restored_elsewhere(hub: RunningHub, tmp_path: Path) -> None:
    caller, called = Proxy("backed", "backup", "v1"), Proxy("kept", "backup", "v1")
    request = logs_request(caller, [access_log(time.time_ns(), outbound(caller, called))])
    answer = httpx.post(
        f"{hub.otlp_http}/v1/logs",
        content=request.SerializeToString(),
        headers={"Content-Type": "application/x-protobuf"},
        trust_env=False,
    )
    assert answer.status_code == 200
    until(lambda: any(row["rows"] for row in hub.get("/api/v1/hub").json()["tables"] if row["name"] == "access_logs"))

    made = CliRunner().invoke(create_app(), ["backup", NAME, "--url", hub.url, "--verify", "--json"])
    assert made.exit_code == 0, made.output
    run = json.loads(made.stdout)
    assert (run["state"], run["verified"]) == ("done", True)
    assert run["rows"] > 0
    again = CliRunner().invoke(create_app(), ["backup", NAME, "--url", hub.url])
    assert isinstance(again.exception, MeshhubError)
    assert "there is one of this name" in str(again.exception)

    place = f"--set=storage.backups.directory={hub.data_dir / 'backups'}"
    where = ("--data-dir", str(tmp_path / "restored"), place)
    restored = meshhub("restore", NAME, *where)
    assert restored.returncode == 0, restored.stderr
    assert f"{NAME} of " in restored.stdout
    assert "access.sqlite, alerting.sqlite, wiring.sqlite" in restored.stdout


def test_a_data_directory_in_use_is_left_alone(hub: RunningHub) -> None:
    for command in (["backup"], ["restore", NAME, "--replace"]):
        refused = CliRunner().invoke(create_app(), [*command, "--data-dir", str(hub.data_dir)])
        assert isinstance(refused.exception, DataDirectoryInUse)


def test_the_hub_checks_itself(hub: RunningHub) -> None:
    shown = CliRunner().invoke(create_app(), ["doctor", "--hub", "--url", hub.url, "--json", "--fail-on", "never"])
    assert shown.exit_code == 0
    checks = {check["code"]: check for check in json.loads(shown.stdout)["checks"]}
    for code in ("engine", "schema", "receivers", "lag", "clock", "certificates", "retention"):
        assert checks[code]["state"] == "ok", checks[code]
    assert "embedded" in checks["engine"]["evidence"]
    text = CliRunner().invoke(create_app(), ["doctor", "--hub", "--url", hub.url, "--fail-on", "never"])
    assert "The schema is this version's  [schema]" in text.stdout


def test_commands_show_a_token_to_the_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert credentials() == {}
    monkeypatch.setenv("MESHHUB_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(MeshhubError, match=r"could not read the token in MESHHUB_TOKEN_FILE: .*No such file"):
        credentials()
    (tmp_path / "token").write_text("mht_one\n")
    assert credentials() == {"Authorization": "Bearer mht_one"}
    monkeypatch.setenv("MESHHUB_TOKEN", "mht_two")
    assert credentials() == {"Authorization": "Bearer mht_two"}
    for wrong in ("two words", "line\nbreak", "mht_λ"):
        monkeypatch.setenv("MESHHUB_TOKEN", wrong)
        with pytest.raises(MeshhubError, match="one word of ASCII") as refused:
            credentials()
        assert wrong not in str(refused.value)
