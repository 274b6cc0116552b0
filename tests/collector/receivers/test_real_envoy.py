"""A real Envoy reports the same requests by all ways in: access logs by ALS and by OTLP, stats, and spans by Zipkin."""

import json
import secrets
import socket
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any

import pytest

from envoy_config.attributes import ACCESS_LOG
from meshhub.testing.collecting import running
from meshhub.testing.engine import rows
from meshhub.testing.envoys import LOOPBACK, free_ports, running_bootstrap
from storage.client import Store

pytestmark = pytest.mark.envoy

BOOTSTRAP = Template(Path(__file__).with_name("envoy.yaml").read_text(encoding="utf-8"))
WAIT_SECONDS = 30.0
ALIKE = (
    "time", "log_type", "reporter", "cluster", "namespace", "service", "version", "instance", "role", "source_service",
    "source_namespace", "destination_kind", "destination_service", "destination_namespace", "request_id", "trace_id",
    "sampled", "method", "authority", "path", "route_name", "protocol", "transport", "user_agent",
    "response_code", "grpc_status", "response_flags", "response_code_details", "connection_termination_details",
    "upstream_transport_failure_reason", "request_attempts", "bytes_received", "bytes_sent", "upstream_cluster",
    "upstream_host", "downstream_remote_address", "downstream_local_address", "requested_server_name", "security",
)  # fmt: skip
"""What both ways say of a request in the same words. Times within it are rounded in different ways, and
with the Zipkin tracer OTLP has no span id."""


class Application(BaseHTTPRequestHandler):
    """Answers 200."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Reporting:
    """An Envoy that reports into a store: the service that no other test uses, and its ports."""

    store: Store
    service: str
    outbound: int
    tcp: int

    def get(self, path: str) -> str:
        """Ask through the proxy; the request id."""
        made = str(uuid.uuid4())
        request_id = f"{made[:14]}9{made[15:]}"  # as Envoy marks what it traces
        request = urllib.request.Request(
            f"http://{LOOPBACK}:{self.outbound}{path}", headers={"x-request-id": request_id, "host": "back"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                answer.read()
        except urllib.error.HTTPError as error:
            error.close()
        return request_id

    def found(self, sql: str, enough: Callable[[list[Any]], bool], **parameters: Any) -> list[Any]:
        """The rows of a query once they are enough; the store tells nobody when that is."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not enough(found := rows(self.store, sql, **parameters)):
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        return found


@pytest.fixture(scope="module")
def reporting(tmp_path_factory: pytest.TempPathFactory, embedded_store: Store) -> Iterator[Reporting]:
    folder = tmp_path_factory.mktemp("envoy")
    application = ThreadingHTTPServer((LOOPBACK, 0), Application)
    threading.Thread(target=application.serve_forever, daemon=True).start()
    service = f"front-{secrets.token_hex(4)}"
    admin, outbound, inbound, tcp = free_ports(4)
    attributes = [{"key": key, "value": {"string_value": operator}} for key, operator in ACCESS_LOG.items()]
    with running(folder / "hub", embedded_store) as hub:
        text = BOOTSTRAP.substitute(
            service=service, admin=admin, outbound=outbound, inbound=inbound, tcp=tcp, app=application.server_port,
            hub_grpc=hub.collector.ports["otlp_grpc"], hub_zipkin=hub.collector.ports["zipkin"],
            attributes=json.dumps(attributes),
        )  # fmt: skip
        bootstrap = folder / "envoy.yaml"
        bootstrap.write_text(text, encoding="utf-8")
        with running_bootstrap(bootstrap, admin):
            yield Reporting(embedded_store, service, outbound, tcp)
    application.shutdown()
    application.server_close()


def by_way(reporting: Reporting, wanted: str, count: int) -> dict[str, list[Any]]:
    """The access logs that the proxy sent of some requests, by the name of the logger that sent them."""
    sql = (
        f"SELECT JSONExtractString(toString(resource_attributes), 'log_name') AS log_name, {', '.join(ALIKE)} "  # noqa: S608
        f"FROM access_logs WHERE service = {{service:String}} AND {wanted} ORDER BY ALL"
    )
    found = reporting.found(sql, lambda rows: len(rows) >= count, service=reporting.service)
    ways: dict[str, list[Any]] = {"meshhub-als": [], "meshhub-otlp": []}
    for log_name, *said in found:
        ways[log_name].append(dict(zip(ALIKE, said, strict=True)))
    return ways


@pytest.mark.parametrize(("path", "reports"), [("/items/7?x=1", 2), ("/nowhere", 1)])
def test_als_says_of_a_request_what_otlp_says(reporting: Reporting, path: str, reports: int) -> None:
    ways = by_way(reporting, f"request_id = '{reporting.get(path)}'", 2 * reports)
    assert len(ways["meshhub-als"]) == reports
    assert ways["meshhub-als"] == ways["meshhub-otlp"]
    assert any(ways["meshhub-als"][0]["trace_id"])


def test_als_says_of_a_connection_what_otlp_says(reporting: Reporting) -> None:
    with socket.create_connection((LOOPBACK, reporting.tcp), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\nx-request-id: tcp\r\n\r\n")
        while connection.recv(4096):
            pass
    ways = by_way(reporting, "transport = 'tcp'", 2)
    assert len(ways["meshhub-als"]) == 1
    assert ways["meshhub-als"] == ways["meshhub-otlp"]


def test_both_ways_draw_the_same_edges(reporting: Reporting) -> None:
    reporting.get("/edges")
    sql = """
    SELECT reporter, source_service, source_namespace, source_version, destination_service, destination_namespace,
        destination_kind, transport, security, response_code, response_flags, toUInt32(sum(requests)) AS total
    FROM edges
    WHERE signal = 'access_log' AND (source_service = {service:String} OR destination_service = {service:String})
    GROUP BY ALL ORDER BY ALL"""
    found = reporting.found(
        sql, lambda rows: rows != [] and all(row[-1] % 2 == 0 for row in rows), service=reporting.service
    )
    assert {(row[1], row[4]) for row in found} >= {(reporting.service, f"{reporting.service}-back")}


def test_stats_arrive_with_who_sends_them(reporting: Reporting) -> None:
    reporting.get("/stats")
    sql = """
    SELECT DISTINCT namespace, version, instance, cluster FROM metrics_sum
    WHERE service = {service:String} AND metric = 'cluster.upstream_rq_total' AND value > 0
        AND attributes['envoy.cluster_name'] = concat({service:String}, '-back_shop')"""
    found = reporting.found(sql, bool, service=reporting.service)
    assert found == [("shop", "v1", f"{reporting.service}-v1-1", "lab")]
    for table in ("metrics_gauge", "metrics_histogram"):
        sql = f"SELECT 1 FROM {table} WHERE service = {{service:String}} LIMIT 1"  # noqa: S608
        assert reporting.found(sql, bool, service=reporting.service)


def test_spans_join_the_access_logs_of_their_request(reporting: Reporting) -> None:
    request_id = reporting.get("/spans")
    sql = """
    SELECT kind, service, namespace, version, hex(trace_id), hex(span_id), hex(parent_span_id), response_code,
        component, upstream_cluster
    FROM spans WHERE request_id = {request:String} ORDER BY kind DESC"""
    found = reporting.found(sql, lambda rows: len(rows) == 2, request=request_id)
    client, server = found
    assert (client[0], server[0]) == ("client", "server")
    assert client[1:4] == server[1:4] == (reporting.service, "shop", "v1")
    assert client[7:] == (200, "proxy", f"{reporting.service}-back.shop")
    logs = by_way(reporting, f"request_id = '{request_id}'", 4)["meshhub-als"]
    assert {bytes(log["trace_id"]).hex().upper() for log in logs} == {client[4]} == {server[4]}
    assert server[5] == client[5], "they share their id, one sent as JSON, the other as protobuf"
