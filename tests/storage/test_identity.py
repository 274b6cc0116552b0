"""Every row of docs/reference/identity.md holds: the page is the table of cases."""

import json
import re
import time
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from meshhub.model import Signal, WorkloadIdentity
from meshhub.testing.engine import rows
from meshhub.testing.otlp import key_values, load
from storage.client import Store

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "identity.md"
SENDERS = "Who sends: resource attributes"
DESTINATIONS = "Whom it calls: upstream clusters and host names"
CERTIFICATES = "Certificates"
WORKLOADS = "Workloads"
ACCESS_LOGS = "Access logs: both ends of a call"


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, as written."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def cases(heading: str) -> list[ParameterSet]:
    """The rows of a table as parameters: their number and themselves."""
    return [
        pytest.param(number, row, id=f"{row[-1]}: {row[0].replace('`', '')[:60]}")
        for number, row in enumerate(table(heading))
    ]


def attributes_in(cell: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in re.findall(r"`([^`]*)`", cell))


def answers(store: Store, function: str, heading: str) -> list[list[str]]:
    """What the function says of the first cell of each row of a table."""
    names = [row[0].strip("`") for row in table(heading)]
    result = rows(store, f"SELECT arrayMap(name -> {function}(name), {{names:Array(String)}})", names=names)
    return [list(parts.values()) for parts in result[0][0]]


def log_of(number: int, resource: dict[str, str], attributes: dict[str, str]) -> ExportLogsServiceRequest:
    """An access log that is found again by the number of its row."""
    said = {"response_flags": "-", **attributes, "request_id": f"identity-{number}"}
    request = ExportLogsServiceRequest()
    logs = request.resource_logs.add()
    logs.resource.attributes.extend(key_values(resource))
    logs.scope_logs.add().log_records.add(time_unix_nano=time.time_ns(), attributes=key_values(said))
    return request


@pytest.fixture(scope="module")
def destinations(embedded_store: Store) -> list[list[str]]:
    return answers(embedded_store, "meshhub_destination", DESTINATIONS)


@pytest.fixture(scope="module")
def certificates(embedded_store: Store) -> list[list[str]]:
    return answers(embedded_store, "meshhub_spiffe", CERTIFICATES)


@pytest.fixture(scope="module")
def workloads(embedded_store: Store) -> list[str]:
    """What the function says of each row of its table."""
    resources = [json.dumps(attributes_in(row[0]), separators=(",", ":")) for row in table(WORKLOADS)]
    instances = [row[1].strip("`") for row in table(WORKLOADS)]
    sql = (
        "SELECT arrayMap((resource, instance) -> meshhub_workload_name(resource, instance), "
        "{resources:Array(String)}, {instances:Array(String)})"
    )
    return list(rows(embedded_store, sql, resources=resources, instances=instances)[0][0])


@pytest.fixture(scope="module")
def senders(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, ...]]:
    requests = [log_of(number, attributes_in(row[0]), {}) for number, row in enumerate(table(SENDERS))]
    load(embedded_store, tmp_path_factory.mktemp("senders"), Signal.LOGS, requests)
    found = rows(
        embedded_store,
        "SELECT request_id, cluster, namespace, service, version, instance, role FROM access_logs "
        "WHERE startsWith(request_id, 'identity-') AND received >= now('UTC') - 60",
    )
    return {number: tuple(parts) for number, *parts in found}


@pytest.fixture(scope="module")
def calls(embedded_store: Store, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, ...]]:
    requests = [
        log_of(10_000 + number, attributes_in(row[0]), attributes_in(row[1]))
        for number, row in enumerate(table(ACCESS_LOGS))
    ]
    load(embedded_store, tmp_path_factory.mktemp("calls"), Signal.LOGS, requests)
    found = rows(
        embedded_store,
        "SELECT request_id, toString(reporter), source_cluster, source_namespace, source_service, source_version, "
        "destination_cluster, destination_namespace, destination_service, destination_version, destination_kind, "
        "toString(security) FROM access_logs WHERE startsWith(request_id, 'identity-1')",
    )
    return {
        number: (reporter, str(WorkloadIdentity(*ends[:4])), str(WorkloadIdentity(*ends[4:])), kind, security)
        for number, reporter, *ends, kind, security in found
    }


@pytest.mark.parametrize(("number", "row"), cases(DESTINATIONS))
def test_an_upstream_cluster_leads_where_the_page_says(
    number: int, row: list[str], destinations: list[list[str]]
) -> None:
    assert destinations[number] == row[1:-1]


@pytest.mark.parametrize(("number", "row"), cases(CERTIFICATES))
def test_a_certificate_names_whom_the_page_says(number: int, row: list[str], certificates: list[list[str]]) -> None:
    assert certificates[number] == row[1:-1]


@pytest.mark.parametrize(("number", "row"), cases(WORKLOADS))
def test_a_sender_is_of_the_workload_that_the_page_says(number: int, row: list[str], workloads: list[str]) -> None:
    assert workloads[number] == row[2]


@pytest.mark.parametrize(("number", "row"), cases(SENDERS))
def test_a_resource_is_who_the_page_says(number: int, row: list[str], senders: dict[str, tuple[str, ...]]) -> None:
    assert senders[f"identity-{number}"] == tuple(row[1:-1])


@pytest.mark.parametrize(("number", "row"), cases(ACCESS_LOGS))
def test_an_access_log_names_both_ends_as_the_page_says(
    number: int, row: list[str], calls: dict[str, tuple[str, ...]]
) -> None:
    assert calls[f"identity-{10_000 + number}"] == tuple(row[2:-1])
