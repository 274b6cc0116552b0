"""Fills a store with many requests in the engine itself: ten spans and ten access logs each, evenly over some hours.

A request goes along five calls, each reported by both sides; one of 20 has no trace (the spans beside it are
another's).
Rows go straight into the tables, in blocks of two million. Of the views only that of request_minutes runs; the rows of
trace_index and request_index are written as their views would, and merged. The large tables are left as they were
written, in more parts than a hub has: nothing merges while it is measured.
"""

import time
from pathlib import Path

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from storage.client import Store
from storage.settings import StorageSettings

PER_TRACE = 10
BLOCK = 2_000_000
_UNMERGED = ("spans", "access_logs", "request_minutes")
_INDEXES = ("request_index", "trace_index")
KEPT_VIEW = "request_minutes_from_access_logs"
_SETTINGS = {
    "max_partitions_per_insert_block": 0,
    "min_insert_block_size_rows": BLOCK,
    "min_insert_block_size_bytes": 0,
    "max_insert_block_size": BLOCK,
    "max_insert_threads": 1,
    "max_threads": 2,
}
_TRACES = """
    SELECT number AS trace,
        fromUnixTimestamp64Milli({start} + intDiv(trace * {milliseconds}, {traces} * 100) * 100, 'UTC') AS began,
        sipHash128(trace) AS trace_id,
        trace % 20 != 0 AS traced, toString(reinterpretAsUUID(sipHash128(trace, 'request'))) AS request_id,
        if(sipHash64(trace, 'tier') % 1000 = 0, 'rare', 'usual') AS tier
    FROM numbers({first}, {count})
"""
_ROWS = f"""
    SELECT *, toDateTime64(began, 9, 'UTC') + toIntervalMillisecond(hop * 3) AS time, toDateTime(time) AS received,
        sipHash64(trace, hop, 'row') AS luck,
        toFixedString(reinterpretAsString(bitOr(luck, 1) + bitShiftLeft(1, 63)), 8) AS span_id,
        (trace % 8 + intDiv(hop, 2) * 8) % 48 AS caller, concat('svc-', toString(caller)) AS source,
        concat('svc-', toString(caller + 8)) AS called, if(hop % 2 = 0, source, called) AS service,
        map('tenant.tier', tier, 'items', toString(luck % 1000)) AS attributes,
        if(luck % 100 = 0, 503, 200) AS response_code
    FROM (SELECT *, arrayJoin(range({PER_TRACE})) AS hop FROM ({_TRACES}))
"""
_COMMON = (
    "time, received, trace_id, span_id, service, namespace, cluster, request_id, method, protocol, attributes, "
    "response_code"
)
_COMMON_VALUES = (
    "time, received, trace_id, span_id, service, 'shop', 'lab', request_id, 'GET', 'HTTP/1.1', attributes, "
    "response_code"
)
_TRACE_OF_LOG = "if(traced, trace_id, toFixedString('', 16))"
_REQUEST_OF_SPAN = "if(traced, request_id, '')"
_STATEMENTS = (
    f"""INSERT INTO spans ({_COMMON}, duration_ns, name, kind, component, url, upstream_cluster)
    SELECT {_COMMON_VALUES.replace("request_id", _REQUEST_OF_SPAN)}, luck % 50000000, 'egress',
        if(hop % 2 = 0, 'client', 'server'), 'proxy', concat('http://shop/item/', toString(luck % 5000)),
        concat(called, '.shop')
    FROM ({_ROWS})""",
    f"""INSERT INTO access_logs ({_COMMON}, duration_us, log_type, reporter, source_service, source_namespace,
        destination_kind, destination_service, destination_namespace, path, transport, route_name, response_flags,
        response_code_details, security, grpc_status, request_attempts, instance)
    SELECT {_COMMON_VALUES.replace("trace_id", _TRACE_OF_LOG)}, (6 - intDiv(hop, 2)) * 8000 - hop * 300,
        'DownstreamEnd', if(hop % 2 = 0, 'client', 'server'), source, 'shop',
        'service', called, 'shop', concat('/item/', toString(luck % 5000)), 'http', concat('to-', called),
        if(luck % 100 = 0, 'UH', ''), if(luck % 100 = 0, 'no_healthy_upstream', 'via_upstream'), 'mtls', -1, 1,
        concat(service, '-', toString(trace % 3))
    FROM ({_ROWS})""",
    f"""INSERT INTO trace_index (trace_id, bucket)
    SELECT trace_id, toStartOfFiveMinutes(toDateTime(began)) FROM ({_TRACES})""",
    f"""INSERT INTO request_index (request_hash, bucket, trace_id)
    SELECT sipHash64(request_id), if(traced, toStartOfFiveMinutes(toDateTime(began)), toDateTime(began)),
        {_TRACE_OF_LOG}
    FROM ({_TRACES})""",
)


def open_store(folder: Path, spans: int, hours: int) -> tuple[Store, Client]:
    """A store in a folder with this many spans and access logs of the hours until now; one that is there already is
    taken as it is."""
    filled = (folder / "filled").exists()
    store = Store.open("embedded", folder, StorageSettings())
    if not filled:
        store.migrations.apply()
    client = clickhouse_connect.get_client(dsn=f"chdb://{folder}/store", database="meshhub")
    for table in _UNMERGED:
        client.command(f"SYSTEM STOP MERGES {table}")
    if not filled:
        _fill(client, spans, hours)
        for table in _INDEXES:
            client.command(f"OPTIMIZE TABLE {table} FINAL")
        (folder / "filled").touch()
    return store, client


def _fill(client: Client, spans: int, hours: int) -> None:
    for (view,) in client.query("SELECT name FROM system.tables WHERE engine = 'MaterializedView'").result_rows:
        if view != KEPT_VIEW:
            client.command(f"DROP VIEW {view} SYNC")
    traces = spans // PER_TRACE
    span_of_time = {"start": int(time.time() - hours * 3600) // 300 * 300_000, "milliseconds": hours * 3_600_000}
    for first in range(0, traces, BLOCK // PER_TRACE):
        count = min(BLOCK // PER_TRACE, traces - first)
        for statement in _STATEMENTS:
            client.command(
                statement.format(**span_of_time, traces=traces, first=first, count=count), settings=_SETTINGS
            )
