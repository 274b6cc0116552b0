"""The hub that configures a proxy is killed: the proxy serves on, and what it has is not sent to it again."""

from pathlib import Path

import httpx
import pytest

from meshhub.testing.envoys import LOOPBACK, free_ports
from meshhub.testing.hub import running_hub, until
from meshhub.testing.one_proxy import one_proxy, proxy_of

pytestmark = [pytest.mark.envoy, pytest.mark.timeout(240)]


def test_a_proxy_serves_on_while_its_hub_is_dead_and_is_sent_only_what_is_new_afterwards(tmp_path: Path) -> None:
    (ads,) = free_ports(1)
    with one_proxy(tmp_path, ads) as mesh:
        settings = {"ads.address": f"{LOOPBACK}:{ads}", "ads.mesh_file": str(mesh.mesh_file)}
        with running_hub(tmp_path / "data", settings=settings) as first, mesh.running():
            assert mesh.serves()
            until(lambda: proxy_of(first)["standing"] == "current")
            before = proxy_of(first)
            first.process.kill()
            first.wait()
            assert mesh.serves()
            with running_hub(tmp_path / "data", settings=settings) as second:
                until(lambda: proxy_of(second)["standing"] == "current")
                assert proxy_of(second)["wanted"] == before["wanted"]
                assert proxy_of(second)["kinds"] == [], "nothing had to be sent again"
                body = {"percent": 100, "author": "a test"}
                assert second.post("/api/v1/wiring/sampling", body).status_code == 200
                until(lambda: proxy_of(second)["standing"] == "current")
                (routes,) = proxy_of(second)["kinds"]
                assert (routes["api"], routes["taken"]) == ("RDS", routes["sent"])
                assert proxy_of(second)["wanted"] != before["wanted"]
                dump = f"http://{LOOPBACK}:{mesh.admin}/config_dump?resource=dynamic_route_configs"
                assert "traced" in httpx.get(dump, trust_env=False).text
                assert mesh.serves()
