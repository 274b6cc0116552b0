"""Nothing can be reached from other machines by accident."""

import pytest

from meshhub.errors import ConfigurationError
from meshhub.settings import Flag, load_settings

WEB = "MESHHUB_WEB__ADDRESS"
GRPC = "MESHHUB_COLLECTOR__ENDPOINTS__OTLP_GRPC"
HTTP = "MESHHUB_COLLECTOR__ENDPOINTS__OTLP_HTTP"
EVERYWHERE = {WEB: "0.0.0.0:8080", GRPC: "[::]:4317", HTTP: "hub.example.org:4318"}
MTLS = {"CERT_FILE": "/cert", "KEY_FILE": "/key", "CLIENT_CA_FILE": "/ca"}
RECEIVER_MTLS = {f"MESHHUB_COLLECTOR__TLS__{name}": path for name, path in MTLS.items()}
WEB_MTLS = {f"MESHHUB_WEB__TLS__{name}": path for name, path in MTLS.items()}
TOKEN = {"MESHHUB_COLLECTOR__AUTH__TOKENS__0__TOKEN": "t"}


def refused(environment: dict[str, str]) -> set[str]:
    with pytest.raises(ConfigurationError) as raised:
        load_settings(None, environment)
    return {fault.origin for fault in raised.value.faults}


def test_every_open_address_without_authentication_is_refused() -> None:
    assert refused(EVERYWHERE) == {WEB, GRPC, HTTP}


def test_tokens_open_the_receivers_only() -> None:
    assert refused(EVERYWHERE | TOKEN) == {WEB}


def test_client_certificates_open_what_asks_for_them() -> None:
    assert refused(EVERYWHERE | RECEIVER_MTLS) == {WEB}
    assert refused(EVERYWHERE | WEB_MTLS) == {GRPC, HTTP}
    assert load_settings(None, EVERYWHERE | RECEIVER_MTLS | WEB_MTLS).settings.insecure is False


def test_saying_insecure_opens_everything() -> None:
    assert load_settings(None, EVERYWHERE | {"MESHHUB_INSECURE": "true"}).settings.insecure
    assert load_settings(None, EVERYWHERE, [Flag(("insecure",), True, "--insecure")]).settings.insecure


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.8.9.1:1", "[::1]:1", "localhost:1"])
def test_loopback_addresses_need_nothing(address: str) -> None:
    assert load_settings(None, dict.fromkeys([WEB, GRPC, HTTP], address)).settings.web.address == address
