"""`meshhub doctor` against a running hub: text, JSON, exit codes."""

import json

import pytest

from meshhub.cli import main
from meshhub.testing.hub import RunningHub


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code if isinstance(ended.value.code, int) else 0


def test_the_exit_code_says_whether_anything_is_that_wrong(hub: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor", "--url", hub.url, "--json", "--fail-on", "never") == 0
    body = json.loads(capsys.readouterr().out)
    for severities, fail_on in (
        ({"critical"}, "critical"),
        ({"critical", "warning"}, "warning"),
        ({"critical", "warning", "note"}, "note"),
    ):
        expected = any(each["severity"] in severities for each in body["diagnoses"])
        assert run("doctor", "--url", hub.url, "--fail-on", fail_on) == int(expected)


def test_proxies_are_shown_as_a_table(hub: RunningHub, capsys: pytest.CaptureFixture[str]) -> None:
    run("doctor", "--url", hub.url, "--proxies", "--fail-on", "never")
    assert "Access logs" in capsys.readouterr().out
