"""What a real Envoy logs with the filters of a mesh file: HTTP, gRPC and TCP through one proxy, read from its files."""

import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from envoy_config.emit.log_filter import envoy_filter
from envoy_config.emit.messages import Message, address, extension
from envoy_config.intent.access_logs import AccessLogFilter
from envoy_config.plan import Proxy, Role
from meshhub.testing.envoys import LOOPBACK, free_ports, running_envoy

pytestmark = pytest.mark.envoy

HEALTH = ("/health",)
WANTED = {
    "errors": AccessLogFilter(exclude_paths=HEALTH, share_percent=0, cel="'x-debug' in request.headers"),
    "flags": AccessLogFilter(exclude_paths=HEALTH, share_percent=0, status_from=599, response_flags=("NR",)),
    "slow": AccessLogFilter(share_percent=0, status_from=599, duration_ms=86_400_000),
    "paths": AccessLogFilter(exclude_paths=("/health", "/bad")),
    "all": AccessLogFilter(),
}
"""Each is the filter of one log file of the same proxy."""

PATHS = {"/fine", "/bad", "/health", "/debug", "/grpc-ok", "/grpc-bad", "/nowhere"}
KEPT = {
    "errors": {"/bad", "/debug", "/grpc-bad", "/nowhere", "-"},
    "flags": {"/grpc-bad", "/nowhere"},
    "slow": {"/grpc-bad", "/nowhere", "-"},
    "paths": PATHS - {"/health", "/bad"} | {"-"},
    "all": PATHS | {"-"},
}
"""Of PATHS and a TCP connection ("-") to nowhere, which ends with a response flag."""


def loggers(directory: Path) -> list[Message]:
    """One file for every filter: a line is the path without its query string."""
    line = {"text_format_source": {"inline_string": "%PATH(NQ:ORIG_OR_PATH)%\n"}}
    message = "envoy.extensions.access_loggers.file.v3.FileAccessLog"
    return [
        extension("envoy.access_loggers.file", message, {"path": str(directory / name), "log_format": line})
        | envoy_filter(wanted)
        for name, wanted in WANTED.items()
    ]


def route(path: str, status: int, grpc_status: str = "") -> Message:
    header = {"header": {"key": "grpc-status", "value": grpc_status}}
    return {
        "match": {"prefix": path},
        "direct_response": {"status": status},
        **({"response_headers_to_add": [header]} if grpc_status else {}),
    }


def bootstrap(directory: Path, admin: int, http: int, tcp: int) -> Message:
    routes = [route("/bad", 404), route("/health", 500), route("/grpc-bad", 200, "5"), route("/grpc-ok", 200, "0")]
    hosts = [{"name": "a", "domains": ["*"], "routes": [*routes, route("/fine", 200), route("/debug", 200)]}]
    router = extension("envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router")
    manager = {
        "stat_prefix": "http",
        "access_log": loggers(directory),
        "route_config": {"virtual_hosts": hosts},
        "http_filters": [router],
    }
    networks = "envoy.extensions.filters.network."
    proxy = {"stat_prefix": "tcp", "cluster": "nowhere", "access_log": loggers(directory)}
    chains = {
        http: extension(
            "envoy.filters.network.http_connection_manager",
            f"{networks}http_connection_manager.v3.HttpConnectionManager",
            manager,
        ),
        tcp: extension("envoy.filters.network.tcp_proxy", f"{networks}tcp_proxy.v3.TcpProxy", proxy),
    }
    listeners = [
        {"name": str(port), "address": address(LOOPBACK, port), "filter_chains": [{"filters": [chain]}]}
        for port, chain in chains.items()
    ]
    nowhere = {"name": "nowhere", "type": "STATIC", "load_assignment": {"cluster_name": "nowhere"}}
    return {
        "admin": {"address": address(LOOPBACK, admin)},
        "static_resources": {"listeners": listeners, "clusters": [nowhere]},
    }


def call(port: int, path: str) -> None:
    headers = {"content-type": "application/grpc"} if path.startswith("/grpc") else {}
    headers |= {"x-debug": "1"} if path == "/debug" else {}
    request = urllib.request.Request(f"http://{LOOPBACK}:{port}{path}?secret=1", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 - loopback
            response.read()
    except urllib.error.HTTPError as error:
        with error:
            error.read()


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What each file has when the proxy has stopped, which writes what it still holds."""
    directory = tmp_path_factory.mktemp("filters")
    admin, http, tcp = free_ports(3)
    proxy = Proxy(Role.SIDECAR, "shop", "web", "v1", "web", "", "", admin, 100, ())
    with running_envoy(proxy, bootstrap(directory, admin, http, tcp), directory):
        for path in sorted(PATHS):
            call(http, path)
        with socket.create_connection((LOOPBACK, tcp), timeout=10) as connection:
            assert connection.recv(1) == b""
    return {name: set((directory / name).read_text().split()) for name in WANTED}


@pytest.mark.parametrize("name", WANTED)
def test_a_filter_keeps_what_it_says(logged: dict[str, set[str]], name: str) -> None:
    assert logged[name] == KEPT[name]
