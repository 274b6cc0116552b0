"""Names and clocks as bad as they come, through the real engine: each is a node of its own; nothing else suffers."""

import secrets
import time
from datetime import UTC, datetime, timedelta

import pytest

from dashboard.reads import Reads
from meshhub.clock import SystemClock
from meshhub.model import Signal, TimeRange
from meshhub.testing.otlp import Proxy, access_log, inbound, load, logs_request, outbound
from storage.client import Store
from topology.export import FORMATS

MARK = secrets.token_hex(3)
NAMES = (
    f"<script>alert('{MARK}')</script>",
    f"🚀 naïve {MARK}",
    f"{MARK}{'x' * 294}",
    f'"{MARK}"; DROP TABLE edges --',
)
SPACES = f"east{MARK}", f"west{MARK}"
NOW = int(time.time()) // 60 * 60 - 7_200
WINDOW = TimeRange(datetime.fromtimestamp(NOW - 60, UTC), datetime.fromtimestamp(NOW + 240, UTC))
AHEAD = 120


@pytest.fixture(scope="module")
def reads(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Reads:
    """Every name calls the service `twin` of both namespaces; the proxies of the west have clocks that are ahead."""
    requests = []
    for space, ahead in zip(SPACES, (0, AHEAD), strict=True):
        twin = Proxy("twin", space)
        for name in NAMES:
            caller = Proxy(name, space)
            at = [(NOW + second) * 10**9 for second in range(5)]
            requests.append(logs_request(caller, [access_log(when, outbound(caller, twin)) for when in at]))
            late = [when + ahead * 10**9 for when in at]
            requests.append(logs_request(twin, [access_log(when, inbound(caller, twin)) for when in late]))
    load(embedded_store, tmp_path_factory.mktemp("segments"), Signal.LOGS, requests)
    return Reads(embedded_store, SystemClock())


@pytest.mark.parametrize("name", NAMES, ids=["HTML", "emoji", "300 characters", "SQL"])
@pytest.mark.parametrize("space", SPACES, ids=["here", "there"])
def test_a_hostile_name_is_a_service_like_others(reads: Reads, name: str, space: str) -> None:
    graph = reads.graphs.graph(WINDOW)
    (node,) = (node for node in graph.nodes if (node.namespace, node.service) == (space, name))
    edges = [edge for edge in graph.edges if edge.source == node.id]
    assert [edge.client.rates.requests for edge in edges if edge.client] == [5]
    assert node.id.isascii()
    course = reads.insights.edge_series(edges[0].id, WINDOW).calls.client
    assert course is not None
    assert sum(step.requests for step in course) == 5


def test_services_of_one_name_in_two_namespaces_are_two_nodes(reads: Reads) -> None:
    twins = [node for node in reads.graphs.graph(WINDOW).nodes if node.service == "twin" and node.namespace in SPACES]
    assert [node.inbound.requests for node in twins if node.inbound] == [20, 20]


def test_reporters_whose_clocks_are_ahead_are_said_to_be(reads: Reads) -> None:
    graph = reads.graphs.graph(WINDOW)
    told = {
        space: {note.code for edge in graph.edges if edge.destination.endswith(f"{space}:twin") for note in edge.notes}
        for space in SPACES
    }
    assert "clocks-differ" not in told[SPACES[0]]
    assert "clocks-differ" in told[SPACES[1]]


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_export_takes_them(reads: Reads, form: str) -> None:
    assert MARK.encode() in FORMATS[form].write(reads.graphs.graph(WINDOW), None).encode()


@pytest.mark.parametrize("days", [-400, 400], ids=["beyond retention", "in the future"])
def test_a_window_without_data_is_empty(reads: Reads, days: int) -> None:
    shift = timedelta(days=days)
    graph = reads.graphs.graph(TimeRange(WINDOW.start + shift, WINDOW.end + shift))
    assert (graph.nodes, graph.edges) == ((), ())
