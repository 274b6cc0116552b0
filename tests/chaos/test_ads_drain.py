"""Of two servers that configure a proxy one is told to end: its stream goes to the other, and nothing is lost."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from meshhub.testing.envoys import free_ports
from meshhub.testing.hub import running_hub, until
from meshhub.testing.network import running_link
from meshhub.testing.one_proxy import one_proxy, proxy_of

pytestmark = [pytest.mark.chaos, pytest.mark.envoy, pytest.mark.timeout(400)]


def test_the_stream_of_a_server_that_drains_goes_to_the_other_and_nothing_is_sent_again(tmp_path: Path) -> None:
    """The link is the Service: connections that are there stay, new ones go to who is ready."""
    with ExitStack() as ends:
        link = ends.enter_context(running_link("127.0.0.1", 1))
        mesh = ends.enter_context(one_proxy(tmp_path, link.port))
        ports = free_ports(2)
        first, second = (
            ends.enter_context(
                running_hub(
                    tmp_path / str(port),
                    settings={
                        "ads.address": f"127.0.0.1:{port}",
                        "ads.mesh_file": str(mesh.mesh_file),
                        "drain_delay_seconds": "8",
                    },
                )
            )
            for port in ports
        )
        link.target = ("127.0.0.1", ports[0])
        ends.enter_context(mesh.running())
        until(lambda: proxy_of(first)["standing"] == "current")
        before = proxy_of(first)

        first.process.terminate()
        until(lambda: first.get("/readyz").status_code == 503)
        assert mesh.serves()
        assert proxy_of(first)["standing"] == "current", "it is served until the end"
        link.target = ("127.0.0.1", ports[1])
        assert first.wait() == 0
        until(lambda: bool(second.get("/api/v1/wiring/proxies").json()["proxies"]))
        until(lambda: proxy_of(second)["standing"] == "current")
        assert mesh.serves()
        assert proxy_of(second)["wanted"] == before["wanted"]
        assert proxy_of(second)["kinds"] == [], "what it has is not sent again"
        body = {"percent": 100, "author": "a test"}
        assert second.post("/api/v1/wiring/sampling", body).status_code == 200
        until(lambda: proxy_of(second)["standing"] == "current" and bool(proxy_of(second)["kinds"]))
        assert proxy_of(second)["wanted"] != before["wanted"]
        assert mesh.serves()
