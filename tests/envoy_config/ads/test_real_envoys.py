"""What real Envoys make of what the ADS server sends, in both variants of the protocol."""

from typing import Any

import httpx
import pytest

from envoy_config.ads.state import Standing

pytestmark = pytest.mark.envoy


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
        before = lab.ads.board.counts.acks.copy()
        lab.ads.set_sampling(100, service=None, author="a test")
        lab.until(lambda: lab.ads.board.counts.acks["RDS"] == before["RDS"] + 2)
        assert visit(client, lab, "after") == 200
        lab.hub.wait_for(lambda: lab.hub.access_logs({"request_id": "after", "direction": "1"}))
        spans = lab.hub.wait_for(lambda: [s for s in lab.hub.spans({}) if s])
        assert {span["guid:x-request-id"] for span in spans} == {"after"}
        assert lab.ads.board.counts.acks["LDS"] == before["LDS"]
        assert is_current(lab, "shop", "gateway")
