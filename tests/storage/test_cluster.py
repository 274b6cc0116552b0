"""The schema on a cluster: what is sent to it, that the engine can parse it, and that reads see every shard once.

`UPDATE_GOLDENS=1 pytest tests/storage/test_cluster.py` rewrites the golden.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshhub.testing.by_ids import of_request, of_trace
from meshhub.testing.engine import rows, run
from meshhub.testing.everything import segments
from meshhub.testing.exchange import Exchange
from meshhub.testing.front import running_front
from storage import retention
from storage.client import Store
from storage.migrations import records_table
from storage.records.access_logs import AccessLog
from storage.records.edges import ServiceEdgeReport
from storage.records.hub import Freshness, MetricPoint
from storage.records.logs import LogRecord
from storage.records.spans import Span
from storage.rendering import migrations, render, tables
from storage.settings import StorageSettings

GOLDEN = Path(__file__).parent / "goldens" / "cluster.sql"
ON_A_CLUSTER = StorageSettings(cluster="two")
TWO_SHARDS = """
<clickhouse><tcp_port>9000</tcp_port><remote_servers><two>
  <shard><replica><host>localhost</host><port>9000</port></replica></shard>
  <shard><replica><host>localhost</host><port>9000</port></replica></shard>
</two></remote_servers></clickhouse>
"""


def statements(settings: StorageSettings) -> list[str]:
    """Everything that is sent to make the tables, and to change how long they keep their rows."""
    made = [statement for entry in migrations() for statement in render(entry, settings)]
    changed = [statement for entry in tables() for statement in retention.statements(entry, settings)]
    return [records_table(settings).strip(), *made, *changed]


def without_keeper(statement: str) -> str:
    """The statement without what needs a Keeper: replication, and ON CLUSTER."""
    alone = re.sub(r"ON CLUSTER 'two'|\bReplicated(?=\w*MergeTree)|'/clickhouse/[^']*', '[^']*'(, )?", "", statement)
    return re.sub(r"\breplicated_deduplication_window", "non_replicated_deduplication_window", alone)


@pytest.fixture(scope="module")
def two_shards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store on a cluster whose two shards are the same tables: a read that sees both finds everything twice."""
    folder = tmp_path_factory.mktemp("two-shards")
    (folder / "config.xml").write_text(TWO_SHARDS)
    with running_front(folder / "store", "--config-file", str(folder / "config.xml")) as front:
        plain = Store.open(front.url, folder, StorageSettings(database="default"))
        run(plain, "CREATE DATABASE meshhub")
        plain.close()
        store = Store.open(front.url, folder, ON_A_CLUSTER)
        for entry in migrations():
            for statement in render(entry, ON_A_CLUSTER):
                run(store, without_keeper(statement))
        yield store
        store.close()


@pytest.fixture(scope="module")
def sent(two_shards: Store, tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    """An exchange whose telemetry is in the store."""
    exchange = Exchange.recent()
    for file in segments(tmp_path_factory.mktemp("segments"), exchange):
        file.load(two_shards)
    return exchange


def test_the_statements_for_a_cluster_are_as_kept() -> None:
    text = ";\n\n".join(statements(ON_A_CLUSTER)) + ";\n"
    if os.environ.get("UPDATE_GOLDENS"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8"), "a change that is meant: UPDATE_GOLDENS=1 rewrites the golden"


@pytest.mark.parametrize("settings", [StorageSettings(), ON_A_CLUSTER], ids=["one server", "a cluster"])
def test_the_engine_can_parse_every_statement(embedded_store: Store, settings: StorageSettings) -> None:
    for statement in statements(settings):
        assert rows(embedded_store, f"EXPLAIN AST {statement}")


def test_a_table_with_rows_has_a_distributed_twin_with_the_same_columns(two_shards: Store) -> None:
    for entry in tables():
        described = [rows(two_shards, f"DESCRIBE TABLE {name}") for name in (entry.table, f"{entry.table}_local")]
        columns = [[(name, kind) for name, kind, *_ in table] for table in described]
        assert columns[0] == columns[1]
        assert entry.shard_key


def test_every_question_about_a_request_sees_all_shards(two_shards: Store, sent: Exchange) -> None:
    by_request = of_request(two_shards, sent.request)
    by_trace = of_trace(two_shards, sent.trace)
    assert len(two_shards.query("access_logs_by_ids", by_request, AccessLog)) == 4
    assert len(two_shards.query("access_logs_by_ids", by_trace, AccessLog)) == 4
    assert len(two_shards.query("logs_by_ids", by_request, LogRecord)) == 2
    assert len(two_shards.query("logs_by_ids", by_trace, LogRecord)) == 2
    assert len(two_shards.query("spans_by_ids", by_request, Span)) == 2
    assert len(two_shards.query("spans_by_ids", by_trace, Span)) == 2


def test_every_question_about_a_window_sees_all_shards(two_shards: Store, sent: Exchange) -> None:
    window = {"start": sent.start / 1e9 - 60, "end": sent.start / 1e9 + 60, "limit": 100}
    for by in ("service", "version", "workload"):
        question = window | {"by": by}
        edges = two_shards.query("service_edges_in_window", question, ServiceEdgeReport)
        assert sorted((edge.signal, edge.reporter, edge.requests) for edge in edges) == [
            ("access_log", "client", 2),
            ("access_log", "server", 2),
            ("span", "client", 2),
        ]
    assert two_shards.query("hub_metrics", window | {"metrics": ["gauge"]}, MetricPoint) == []
    [fresh] = two_shards.query("freshness", {}, Freshness)
    assert fresh.spans == sent.start // 10**9
