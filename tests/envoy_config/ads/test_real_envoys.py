"""What real Envoys make of what the ADS server sends, in both variants of the protocol."""

import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509

from envoy_config.ads.state import Standing
from envoy_config.intent.faults import InjectedFault

pytestmark = pytest.mark.envoy
REQUEST_ID = "guid:x-request-id"


@pytest.fixture(params=["delta", "sotw"])
def variant(request: pytest.FixtureRequest, lab: Any) -> str:
    lab.content["control_plane"]["variant"] = request.param
    lab.write()
    return str(request.param)


def visit(client: httpx.Client, lab: Any, request_id: str) -> int:
    answer = client.get(f"http://127.0.0.1:{lab.entrance}/", headers={"x-request-id": request_id})
    return answer.status_code


def is_current(lab: Any, *services: str) -> bool:
    return all(lab.state(service).standing is Standing.CURRENT for service in services)


def test_sampling_changes_from_one_request_to_the_next_on_the_same_connection(lab: Any, variant: str) -> None:
    lab.start()
    with lab.envoys("shop", "gateway"), httpx.Client(trust_env=False) as client:
        assert visit(client, lab, "before") == 200
        assert lab.state("gateway").variant == variant
        lab.until(lambda: is_current(lab, "shop", "gateway"))
        before = lab.ads.board.counts.acks.copy()
        lab.ads.set_sampling(100, service=None, author="a test")
        lab.until(lambda: lab.ads.board.counts.acks["RDS"] == before["RDS"] + 2)
        assert visit(client, lab, "after") == 200
        lab.hub.wait_for(lambda: lab.hub.access_logs({"request_id": "after", "direction": "1"}))
        # a span of the gateway's own attempt (spawn_upstream_span) has no id, and may be the first to come
        named = lab.hub.wait_for(lambda: [s for s in lab.hub.spans({}) if REQUEST_ID in s])
        assert {span[REQUEST_ID] for span in named} == {"after"}
        lab.until(lambda: is_current(lab, "shop", "gateway"))
        assert lab.ads.board.counts.acks["LDS"] == before["LDS"]


def test_a_refused_listener_is_shown_with_envoys_words_and_the_old_one_serves_on(lab: Any, variant: str) -> None:
    lab.start()
    with lab.envoys("shop", "gateway"), httpx.Client(trust_env=False) as client:
        assert visit(client, lab, "good") == 200
        lab.content["access_logs"] = {"filter": {"share_percent": 0, "cel": "1 +"}}
        lab.write()
        lab.until(lambda: lab.state("gateway").standing is Standing.REJECTED)
        rejection = lab.state("gateway").last_rejection
        assert rejection.api == "LDS"
        assert "Error adding/updating listener(s) http" in rejection.error
        assert visit(client, lab, "still") == 200
        lab.ads.set_sampling(100, service=None, author="a test")
        lab.until(lambda: visit(client, lab, "traced") == 200 and bool(lab.hub.spans({})))
        del lab.content["access_logs"]
        lab.write()
        lab.until(lambda: is_current(lab, "shop", "gateway"))


def test_a_fault_comes_and_goes_on_the_same_connection(lab: Any, variant: str) -> None:
    lab.start()
    with lab.envoys("shop", "gateway"), httpx.Client(trust_env=False) as client:
        assert visit(client, lab, "sound") == 200
        lab.ads.set_fault(InjectedFault(abort_percent=100, abort_status=418), service="shop", author="a test")
        lab.until(lambda: visit(client, lab, "broken") == 418)
        record = lab.hub.wait_for(lambda: lab.hub.access_logs({"request_id": "broken", "response_flags": "FI"}))[0]
        assert record["service.name"] == "shop"
        lab.ads.set_fault(None, service="shop", author="a test")
        lab.until(lambda: visit(client, lab, "mended") == 200)
        assert lab.ads.board.counts.pushes["LDS"] == 2


def test_certificates_are_renewed_without_a_failed_request(lab: Any, variant: str) -> None:
    lab.start()
    statuses: list[int] = []
    enough = threading.Event()

    def visits() -> None:
        with httpx.Client(trust_env=False) as client:
            while not enough.is_set():
                statuses.append(visit(client, lab, "busy"))

    with lab.envoys("shop", "gateway"):
        busy = threading.Thread(target=visits)
        busy.start()
        try:
            lab.until(lambda: len(statuses) > 20)
            old = served_serial(lab)
            lab.issue("shop")
            lab.issue("gateway")
            new = x509.load_pem_x509_certificate((lab.directory / "certificates" / "shop" / "cert.pem").read_bytes())
            lab.until(lambda: served_serial(lab) == new.serial_number)
            after = len(statuses)
            lab.until(lambda: len(statuses) > after + 20)
        finally:
            enough.set()
            busy.join()
    assert old != new.serial_number
    assert set(statuses) == {200}
    assert lab.ads.board.counts.pushes["LDS"] == 2


def test_a_hub_that_comes_back_sends_nothing_again_and_nobody_noticed_that_it_was_away(lab: Any, variant: str) -> None:
    lab.start()
    with lab.envoys("shop", "gateway"), httpx.Client(trust_env=False) as client:
        assert visit(client, lab, "before") == 200
        lab.stop()
        assert visit(client, lab, "alone") == 200
        lab.start()
        lab.until(lambda: is_current(lab, "shop", "gateway"))
        lab.ads.set_sampling(100, service=None, author="a test")
        lab.until(lambda: lab.ads.board.counts.acks["RDS"] == 2)
        assert lab.ads.board.counts.pushes == {"RDS": 2}
        assert visit(client, lab, "after") == 200


def served_serial(lab: Any) -> int:
    """The certificate that the shop's proxy shows to who connects now."""
    files: Path = lab.directory / "certificates"
    context = ssl.create_default_context(cafile=str(files / "ca.pem"))
    context.check_hostname = False
    context.load_cert_chain(files / "gateway" / "cert.pem", files / "gateway" / "key.pem")
    inbound = lab.proxies["shop"].inbound
    with (
        socket.create_connection(("127.0.0.1", inbound.port), timeout=10) as plain,
        context.wrap_socket(plain) as connection,
    ):
        found = connection.getpeercert(binary_form=True)
    assert found is not None
    return x509.load_der_x509_certificate(found).serial_number
