"""Questions change nothing: they run read-only, as a user of their own where there is one, and no text becomes SQL."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import storage
from meshhub.errors import StorageError
from meshhub.secret import Secret
from meshhub.testing.engine import rows
from meshhub.testing.front import Front, running_front
from storage import client as storage_client
from storage.client import Store
from storage.records.hub import EngineFacts, TableSize
from storage.settings import ReaderSettings, StorageSettings

ROOT = Path(__file__).parents[2]
SQL = re.compile(
    r"\b(SELECT\s.*\bFROM|INSERT\s+INTO|ALTER\s+TABLE|DROP\s+(TABLE|DATABASE)|CREATE\s+(TABLE|DATABASE|VIEW)|DELETE\s+FROM|"
    r"UPDATE\s+\w+\s+SET)\b",
    re.DOTALL,
)
BUILT = {
    "storage/backups/backups.py",  # names of databases and tables: the settings' pattern, the schema's own
    "storage/backups/content.py",
    "storage/client.py",  # a segment's table, named after a signal
    "storage/migrations.py",
    "storage/rendering.py",
    "storage/retention.py",
    "storage/shared/image.py",  # tables of our own schemas, as SQLite lists them
}
"""Where a statement is put together, of parts that nobody outside can say. Everywhere else parameters are bound."""


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO trace_index SELECT * FROM trace_index",
        "ALTER TABLE spans DELETE WHERE 1",
        "DROP TABLE spans",
        "CREATE TABLE other (a UInt8) ENGINE = Memory",
        "TRUNCATE TABLE spans",
        "SET readonly = 0",
    ],
)
def test_a_question_that_would_change_something_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.setattr(storage_client, "query_text", lambda _name: statement)
    with pytest.raises(StorageError):
        store.query("any", {}, TableSize)
    monkeypatch.undo()
    assert rows(store, "SELECT count() > 50 FROM system.tables WHERE database = currentDatabase()") == [(1,)]


def test_limits_and_read_only_hold_in_the_engine(
    store: Store, monkeypatch: pytest.MonkeyPatch, open_store: Callable[[StorageSettings], Store]
) -> None:
    asked = """
        SELECT toString(getSetting('readonly')) AS version,
               getSetting('max_execution_time')::Int64 AS unix_micro,
               getSetting('max_memory_usage')::Int64 AS free_bytes,
               getSetting('max_rows_to_read')::Int64 AS total_bytes,
               0 AS parts
    """
    monkeypatch.setattr(storage_client, "query_text", lambda _name: asked)
    [found] = store.query("any", {}, EngineFacts)
    limits = store._settings.limits
    assert found == EngineFacts("2", limits.max_execution_seconds, limits.max_memory_bytes, limits.max_rows_to_read, 0)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with running_front(tmp_path_factory.mktemp("reader"), "--password", "main") as front:
        yield front


def test_questions_are_asked_as_the_reader_and_nothing_else_is(guarded: Front, tmp_path: Path) -> None:
    """The front knows one user: who comes with the reader's password is refused, which shows who came."""
    reader = ReaderSettings(username="meshhub_reader", password=Secret("other"))
    settings = StorageSettings(username="default", password=Secret("main"), reader=reader)
    store = Store.open(guarded.url, tmp_path, settings)
    store.bring_schema_in_place()
    store.ping()
    with pytest.raises(StorageError, match="meshhub_reader: Authentication failed") as refused:
        store.query("table_sizes", {}, TableSize)
    assert "other" not in str(refused.value)
    store.close()


def test_the_statements_that_make_the_reader_can_be_parsed_and_fit_its_questions(embedded_store: Store) -> None:
    text = (Path(storage.__file__).parent / "access" / "reader.sql").read_text(encoding="utf-8")
    statements = [each.strip() for each in re.sub(r"^--.*$", "", text, flags=re.MULTILINE).split(";") if each.strip()]
    assert len(statements) == 7
    for statement in statements:
        assert rows(embedded_store, f"EXPLAIN AST {statement}")
    granted = set(re.findall(r"GRANT SELECT ON (system\.\w+)", text))
    queries = (Path(storage.__file__).parent / "queries").rglob("*.sql")
    asked = {name for file in queries for name in re.findall(r"\bsystem\.\w+", _code(file.read_text(encoding="utf-8")))}
    assert asked == granted


def test_no_statement_is_built_of_text_but_where_it_is_known() -> None:
    built = set()
    for package in ("alerting", "collector", "dashboard", "envoy_config", "meshhub", "storage", "topology", "traces"):
        for file in sorted((ROOT / package).rglob("*.py")):
            path = str(file.relative_to(ROOT))
            if not path.startswith(("meshhub/testing/", "meshhub/demo/")) and any(_built(file)):
                built.add(path)
    assert built <= BUILT, f"bind parameters instead: {sorted(built - BUILT)}"


def _built(file: Path) -> Iterator[int]:
    """Lines where SQL is an f-string with values in it, or is formatted, added to or filled in with %."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr) and any(isinstance(part, ast.FormattedValue) for part in node.values):
            text = "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)  # type: ignore[misc]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            text = _constant(node.func.value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
            text = _constant(node.left) or _constant(node.right)
        else:
            continue
        if SQL.search(text):
            yield node.lineno


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _code(sql: str) -> str:
    return re.sub(r"--.*", "", sql)
