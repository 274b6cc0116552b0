"""docs/reference/storage.md from the files of storage/schema."""

import re
from dataclasses import dataclass

from meshhub.testing.reference.markdown import code, page, table
from storage.rendering import Migration, migrations, tables
from storage.settings import RetentionSettings

INTRODUCTION = """\
The tables that hold what the hub keeps, in the database of `storage.database`. On a server any SQL tool may read them;
the embedded engine belongs to the hub's process alone. New versions may add columns; what is there keeps its meaning.

Rows live for as many days as the retention settings say (`storage.retention.*`); whole days are dropped at once. On a
cluster each table here is a Distributed one before `<table>_local`, spread by the shard key.

Between a request's arrival and these tables stand tables that keep nothing (`ingest_traces`, `ingest_logs`,
`ingest_metrics`, `log_records`, `metric_records`) and materialized views (`<table>_from_<source>`). Who is who in the
columns `cluster`, `namespace`, `service` and `version` is decided as [identity](identity.md) says. What was applied to
the schema is in `schema_migrations`.

Every span, log record and data point that the hub acknowledges becomes a row, with these exceptions: data points that
say of themselves that they have no value, and requests that the engine reads more strictly than protobuf's own library,
which go to quarantine (two cases of one oneof, a known field with another wire type, a number over its type's range,
groups). A time more than 31 days before the hub received a record, or more than a day after, is replaced by the time of
receipt. Of OTLP's fields these are not kept: schema URLs, dropped counts, exemplars, descriptions of metrics, flags of
log records, attributes of scopes."""

_COLUMN = re.compile(
    r"^    (?:ADD COLUMN IF NOT EXISTS )?(?P<name>\w+) (?P<type>.+?)"
    r"(?: DEFAULT \w+\((?:[^()]|\([^()]*\))*\))?"
    r"(?: CODEC\((?:[^()]|\([^()]*\))*\))?"
    r"(?: COMMENT '(?P<comment>(?:[^']|'')*)')?"
    r"(?: AFTER (?P<after>\w+))?,?$",
    re.MULTILINE,
)
_DROPPED = re.compile(r"^    DROP COLUMN IF EXISTS (\w+)", re.MULTILINE)
_CLAUSE = r"^{} (.+?)(?=\n[A-Z]|\Z)"


@dataclass(frozen=True, slots=True)
class Column:
    """One column as the file declares it."""

    name: str
    type: str
    comment: str


def columns(entry: Migration) -> list[Column]:
    """The columns of a table, in order, with those that later migrations add and without those that they drop."""
    body = entry.text.partition("\n(\n")[2].partition("\n)\n")[0]
    made = [_column(found) for found in _COLUMN.finditer(body)]
    for change in _changes(entry):
        for found in _COLUMN.finditer(change.text):
            if found["after"]:
                place = [column.name for column in made].index(found["after"])
                made.insert(place + 1, _column(found))
        gone = set(_DROPPED.findall(change.text))
        made = [column for column in made if column.name not in gone]
    return made


def _column(found: re.Match[str]) -> Column:
    return Column(found["name"], found["type"], (found["comment"] or "").replace("''", "'"))


def _changes(entry: Migration) -> list[Migration]:
    """The later migrations of a table, in order."""
    return [change for change in migrations() if change.altered == entry.table]


def clause(entry: Migration, name: str) -> str:
    """A clause of a table on one line: ORDER BY, PARTITION BY, ENGINE =; as the last migration that has it wrote it."""
    for change in reversed(_changes(entry)):
        changed = re.search(rf"^    MODIFY {name} (.+?)(?=,\n    [A-Z]|\Z)", change.text, re.MULTILINE | re.DOTALL)
        if changed:
            return " ".join(changed[1].split())
    found = re.search(_CLAUSE.format(name), entry.text, re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def purpose(entry: Migration) -> str:
    """The comments at the head of the file and of those that change the table, without the line for the cluster."""
    texts = [entry.text, *(change.text for change in _changes(entry))]
    lines = [line.removeprefix("-- ") for text in texts for line in text.splitlines() if line.startswith("-- ")]
    return "\n".join(line for line in lines if not line.startswith("shard key:"))


def storage_page() -> str:
    """The page: one section per table."""
    return page("Storage", INTRODUCTION, *(_section(entry) for entry in tables()))


def _section(entry: Migration) -> str:
    days = RetentionSettings().days(entry.table)
    facts = [
        f"- Engine {code(clause(entry, 'ENGINE =').replace('${engine}', ''))}",
        f"- sorted by {code(clause(entry, 'ORDER BY'))}",
        f"- partitioned by {code(clause(entry, 'PARTITION BY'))}",
        f"- kept for {days} days by default",
        f"- shard key {code(entry.shard_key)}",
    ]
    rows = [(code(column.name), code(column.type), column.comment) for column in columns(entry)]
    parts = (f"## {entry.table}", purpose(entry), ";\n".join(facts) + ".", table(("Column", "Type", "Meaning"), rows))
    return "\n\n".join(parts)
