"""docs/reference/storage.md is what the engine has, and explains every column."""

from meshhub.testing.engine import rows
from meshhub.testing.reference.storage import clause, columns, purpose, storage_page
from storage.client import Store
from storage.rendering import tables

TABLES = tables()


def plain(kind: str) -> str:
    return "".join(kind.split())


def test_the_columns_on_the_page_are_those_of_the_engine(embedded_store: Store) -> None:
    for entry in TABLES:
        described = rows(embedded_store, f"DESCRIBE TABLE {entry.table}")
        read = [(column.name, plain(column.type), column.comment) for column in columns(entry)]
        assert read == [(name, plain(kind), comment) for name, kind, _, _, comment, *_ in described]


def test_every_column_and_table_is_explained() -> None:
    page = storage_page()
    for entry in TABLES:
        assert [column.name for column in columns(entry) if not column.comment] == []
        assert f"\n## {entry.table}\n\n{purpose(entry)}\n" in page
        assert purpose(entry)
        assert clause(entry, "ORDER BY")
