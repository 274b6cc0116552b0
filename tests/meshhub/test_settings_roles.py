"""A process has all roles, or those that it is told; the embedded engine is not shared."""

from pathlib import Path

import pytest

from meshhub.cli.options import load
from meshhub.errors import ConfigurationError
from meshhub.settings import load_settings
from meshhub.settings.roles import ALL_ROLES, HubRole

SERVER = {"MESHHUB_STORE": "clickhouse://store:8123"}
OPEN = {"MESHHUB_COLLECTOR__ENDPOINTS__OTLP_GRPC": "0.0.0.0:4317"}


def refusal(environment: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as raised:
        load_settings(None, environment)
    return str(raised.value)


def test_one_process_has_all_roles() -> None:
    assert load_settings(None, {}).settings.roles == ALL_ROLES


def test_with_a_server_every_role_can_be_alone() -> None:
    for role in HubRole:
        settings = load_settings(None, SERVER | {"MESHHUB_ROLES": role.value}).settings
        assert settings.roles == (role,)


def test_roles_are_told_by_variable_file_and_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHHUB_STORE", "clickhouse://store:8123")
    file = tmp_path / "meshhub.yaml"
    file.write_text("roles: [web]\n")
    assert load(file).settings.roles == (HubRole.WEB,)
    assert load(file, roles=["ads", "collector", "ads"]).settings.roles == (HubRole.COLLECTOR, HubRole.ADS)
    monkeypatch.setenv("MESHHUB_ROLES", "alerting, web")
    assert load(file).settings.roles == (HubRole.WEB, HubRole.ALERTING)


@pytest.mark.parametrize("roles", ["collector", "web", "alerting", "ads", "web,alerting", "collector,alerting"])
def test_roles_that_would_share_the_embedded_engine_are_refused(roles: str) -> None:
    said = refusal({"MESHHUB_ROLES": roles})
    assert "MESHHUB_ROLES: roles: the embedded engine belongs to one process" in said
    assert "clickhouse://" in said


def test_the_embedded_engine_does_without_what_nobody_else_needs() -> None:
    assert not load_settings(None, {"MESHHUB_ROLES": "collector,web"}).settings.has(HubRole.ALERTING)


def test_an_unknown_role_and_none_are_refused() -> None:
    assert "'collector', 'web', 'alerting' or 'ads'" in refusal(SERVER | {"MESHHUB_ROLES": "gateway"})
    assert "at least 1" in refusal(SERVER | {"MESHHUB_ROLES": ""})


def test_only_addresses_that_a_process_listens_on_have_to_be_guarded() -> None:
    assert "collector.endpoints.otlp_grpc" in refusal(SERVER | OPEN)
    assert load_settings(None, SERVER | OPEN | {"MESHHUB_ROLES": "web"}).settings.has(HubRole.WEB)
