"""A tenant's store reads that tenant's rows only, whatever is asked of it."""

import secrets
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.journal.record import encode
from meshhub.model import Signal
from meshhub.testing.by_ids import of_request
from meshhub.testing.everything import written
from meshhub.testing.exchange import Exchange
from meshhub.testing.otlp import access_log, inbound, logs_request, outbound
from storage.client import Store
from storage.records.access_logs import AccessLog
from storage.records.edges import ServiceEdgeReport
from storage.rendering import migrations
from storage.tenancy import WITHOUT_TENANT, table_filters, tables_with_tenant


def test_every_table_either_has_a_tenant_or_holds_nothing_of_one() -> None:
    tables = {migration.table for migration in migrations() if migration.table}
    assert tables - set(tables_with_tenant()) <= WITHOUT_TENANT
    assert len(tables_with_tenant()) >= 15


@given(st.text(max_size=80))
def test_a_tenant_whose_name_could_be_sql_is_refused(name: str) -> None:
    if name and len(name) <= 64 and all(character in _ALLOWED for character in name):
        assert f"tenant = \\'{name}\\'" in table_filters(name)
    else:
        with pytest.raises(ValueError, match="could not use the tenant"):
            table_filters(name)


_ALLOWED = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def logs_of(store: Store, request_id: str) -> list[AccessLog]:
    return store.query("access_logs_by_ids", of_request(store, request_id), AccessLog)


def test_rows_of_others_are_in_no_answer(store: Store, folder: Path, sent: Exchange) -> None:
    """One request each of two tenants and of nobody, with the same id."""
    tenants = [f"{name}-{secrets.token_hex(3)}" for name in ("a", "b")]
    said = {"request_id": sent.request}
    client = access_log(sent.start, outbound(sent.caller, sent.callee, **said))
    server = access_log(sent.start, inbound(sent.caller, sent.callee, **said))
    logs = [logs_request(sent.caller, [client]), logs_request(sent.callee, [server])]
    for tenant in ("", *tenants):
        content = b"".join(b"".join(encode(log.SerializeToString(), time.time_ns(), tenant.encode())) for log in logs)
        written(folder, Signal.LOGS, content, f"{sent.trace}-{tenant}").load(store)
    assert len(logs_of(store, sent.request)) == 6
    seconds = sent.start / 1e9
    window = {"start": seconds - 60, "end": seconds + 60, "by": "version", "limit": 100_000}
    for tenant in tenants:
        own = store.of_tenant(tenant)
        assert len(logs_of(own, sent.request)) == 2
        edges = [
            edge
            for edge in own.query("service_edges_in_window", window, ServiceEdgeReport)
            if edge.source_service == sent.caller.service
        ]
        assert {edge.requests for edge in edges} == {1}
        assert own.query("table_sizes", {}, dict) == []
    nobody = store.of_tenant("never-seen")
    assert logs_of(nobody, sent.request) == []
    assert nobody.query("service_edges_in_window", window, ServiceEdgeReport) == []
