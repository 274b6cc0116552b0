"""Old days move to a cheaper disk: on the real engine with two disks, and as statements for a cluster."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from meshhub.testing.engine import rows, run
from meshhub.testing.everything import segments
from meshhub.testing.exchange import Exchange
from meshhub.testing.front import running_front
from storage.client import Store
from storage.rendering import migrations
from storage.retention import statements
from storage.settings import RetentionSettings, StorageSettings, TierSettings

DAY = 86_400 * 10**9
TIERS = TierSettings(policy="tiered", spans=2, access_logs=3, metrics=1)
DISKS = """
<clickhouse><storage_configuration>
  <disks><cold><path>{cold}/</path></cold></disks>
  <policies><tiered><volumes>
    <default><disk>default</disk></default>
    <cold><disk>cold</disk></cold>
  </volumes></tiered></policies>
</storage_configuration></clickhouse>
"""


@pytest.fixture(scope="module")
def two_disks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an engine that has a policy with a hot and a cold disk."""
    folder = tmp_path_factory.mktemp("two-disks")
    (folder / "config.xml").write_text(DISKS.format(cold=folder / "cold"))
    with running_front(folder / "store", "--config-file", str(folder / "config.xml")) as front:
        yield front.url


def disks_of(store: Store, table: str) -> list[tuple[str, int]]:
    return rows(
        store,
        "SELECT disk_name, sum(rows) FROM system.parts WHERE active AND database = currentDatabase() AND table = "
        "{table:String} GROUP BY disk_name ORDER BY disk_name",
        table=table,
    )


def test_days_move_to_the_cold_disk_and_are_read_from_there(two_disks: str, tmp_path: Path) -> None:
    plain = Store.open(two_disks, tmp_path, StorageSettings(retention=RetentionSettings(spans=30, access_logs=30)))
    plain.bring_schema_in_place()
    plain.close()
    settings = StorageSettings(retention=RetentionSettings(spans=30, access_logs=30), tiers=TIERS)
    store = Store.open(two_disks, tmp_path, settings)
    changed = store.apply_retention()
    assert {"spans", "span_operations", "access_logs", "metrics_sum"} <= set(changed)
    assert not {"logs", "edges", "request_index", "trace_index"} & set(changed)
    assert store.apply_retention() == []
    assert store.retention_differences() == {}
    for age in (0, 5):
        for file in segments(tmp_path, Exchange.of(time.time_ns() - age * DAY)):
            file.load(store)
    for table in ("spans", "logs"):
        run(store, f"ALTER TABLE {table} MATERIALIZE TTL SETTINGS mutations_sync = 2")
        run(store, f"OPTIMIZE TABLE {table} FINAL")
    spans = dict(disks_of(store, "spans"))
    assert set(spans) == {"cold", "default"}
    assert spans["cold"] == spans["default"]
    assert {disk for disk, _ in disks_of(store, "logs")} == {"default"}
    assert rows(store, "SELECT count() FROM spans") == [(sum(spans.values()),)]

    longer = settings.model_copy(update={"tiers": TIERS.model_copy(update={"spans": 4})})
    again = Store.open(two_disks, tmp_path, longer)
    assert set(again.apply_retention()) == {"spans", "span_operations"}
    again.close()
    store.close()


def test_what_is_sent_for_a_table_that_moves() -> None:
    [entry] = [each for each in migrations() if each.table == "spans"]
    settings = StorageSettings(cluster="two", tiers=TIERS)
    assert statements(entry, settings) == [
        "ALTER TABLE spans_local ON CLUSTER 'two' MODIFY SETTING materialize_ttl_recalculate_only = 1",
        "ALTER TABLE spans_local ON CLUSTER 'two' MODIFY SETTING storage_policy = 'tiered'",
        (
            "ALTER TABLE spans_local ON CLUSTER 'two' MODIFY TTL toDateTime(time) + toIntervalDay(2) TO VOLUME 'cold', "
            "toDateTime(time) + toIntervalDay(7)"
        ),
    ]


def test_rows_have_to_move_before_they_go_and_to_somewhere() -> None:
    with pytest.raises(ValidationError, match=r"tiers\.spans: rows would move after 7 days and go after 7"):
        StorageSettings(tiers=TierSettings(policy="tiered", spans=7))
    with pytest.raises(ValidationError, match="spans and metrics cannot move: set policy"):
        TierSettings(spans=1, metrics=1)
