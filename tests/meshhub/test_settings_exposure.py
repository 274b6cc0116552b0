"""Nothing can be reached from other machines by accident."""

import pytest

from meshhub.errors import ConfigurationError
from meshhub.settings import Flag, load_settings
from meshhub.settings.exposure import open_addresses, web_is_guarded

WEB = "MESHHUB_WEB__ADDRESS"
GRPC = "MESHHUB_COLLECTOR__ENDPOINTS__OTLP_GRPC"
HTTP = "MESHHUB_COLLECTOR__ENDPOINTS__OTLP_HTTP"
ZIPKIN = "MESHHUB_COLLECTOR__ENDPOINTS__ZIPKIN"
EVERYWHERE = {WEB: "0.0.0.0:8080", GRPC: "[::]:4317", HTTP: "hub.example.org:4318", ZIPKIN: "0.0.0.0:9411"}
MTLS = {"CERT_FILE": "/cert", "KEY_FILE": "/key", "CLIENT_CA_FILE": "/ca"}
RECEIVER_MTLS = {f"MESHHUB_COLLECTOR__TLS__{name}": path for name, path in MTLS.items()}
WEB_MTLS = {f"MESHHUB_WEB__TLS__{name}": path for name, path in MTLS.items()}
ANONYMOUS = {"MESHHUB_COLLECTOR__AUTH__ANONYMOUS": "true"}
REQUIRED = {"MESHHUB_COLLECTOR__AUTH__REQUIRED": "true"}
READER = {f"MESHHUB_ACCESS__TOKENS__0__{name}": value for name, value in {"NAME": "ci", "TOKEN": "t" * 20}.items()}
JAEGER = {"MESHHUB_JAEGER_GRPC__ADDRESS": "0.0.0.0:16685"}
TOKEN = {"MESHHUB_COLLECTOR__AUTH__TOKENS__0__TOKEN": "t"}


def refused(environment: dict[str, str]) -> set[str]:
    with pytest.raises(ConfigurationError) as raised:
        load_settings(None, environment)
    return {fault.origin for fault in raised.value.faults}


def test_every_open_address_without_authentication_is_refused() -> None:
    assert refused(EVERYWHERE) == {GRPC, HTTP, ZIPKIN}


@pytest.mark.parametrize("opened", [TOKEN, REQUIRED, ANONYMOUS, RECEIVER_MTLS])
def test_tokens_and_certificates_open_the_receivers(opened: dict[str, str]) -> None:
    assert load_settings(None, EVERYWHERE | opened).settings.insecure is False


def test_open_and_closed_at_once_is_refused() -> None:
    assert refused(ANONYMOUS | REQUIRED)


def test_pages_and_api_that_others_reach_are_guarded_whatever_is_set() -> None:
    """Nobody has to do anything for it: without tokens or a login, a token is made at the first start."""
    assert web_is_guarded(load_settings(None, EVERYWHERE | TOKEN).settings)
    assert not list(open_addresses(load_settings(None, EVERYWHERE | TOKEN).settings))


def test_on_this_machine_nobody_has_to_say_who_they_are_unless_a_login_is_set_up() -> None:
    assert not web_is_guarded(load_settings(None, {}).settings)
    assert web_is_guarded(load_settings(None, READER).settings)


def test_client_certificates_are_a_login() -> None:
    assert not web_is_guarded(load_settings(None, EVERYWHERE | TOKEN | WEB_MTLS).settings)
    assert web_is_guarded(load_settings(None, EVERYWHERE | TOKEN | WEB_MTLS | READER).settings)


def test_saying_insecure_opens_everything_and_says_so() -> None:
    opened = load_settings(None, EVERYWHERE | JAEGER | {"MESHHUB_INSECURE": "true"}).settings
    assert not web_is_guarded(opened)
    assert {location[0] for location, _ in open_addresses(opened)} == {"web", "collector", "jaeger_grpc"}
    assert load_settings(None, EVERYWHERE | {"MESHHUB_INSECURE": "true"}).settings.insecure
    assert load_settings(None, EVERYWHERE, [Flag(("insecure",), True, "--insecure")]).settings.insecure


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.8.9.1:1", "[::1]:1", "localhost:1"])
def test_loopback_addresses_need_nothing(address: str) -> None:
    assert load_settings(None, dict.fromkeys([WEB, GRPC, HTTP], address)).settings.web.address == address
