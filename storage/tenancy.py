"""One tenant's rows only: a filter that the engine puts on every read of every table, whatever the query says.

ClickHouse's setting `additional_table_filters` holds for subqueries and joins too. Tables without a tenant are listed
here
by name; a test asks for each table of the schema that it is one or the other.
"""

import re
from functools import cache
from importlib.resources import files

TENANT = re.compile(r"[A-Za-z0-9._-]{1,64}")

WITHOUT_TENANT = frozenset({"request_index", "trace_index", "schema_migrations"})
"""Which bucket of time an id is in, and the schema's own records: nothing of a tenant's data."""

_TABLE = re.compile(
    r"CREATE TABLE IF NOT EXISTS (?P<name>\w+)\$\{local\}.*?\n\((?P<columns>.*?)\n\)\nENGINE", re.DOTALL
)


@cache
def tables_with_tenant() -> tuple[str, ...]:
    """The tables of the schema that have a column `tenant`, sorted."""
    folder = files("storage").joinpath("schema")
    texts = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".sql")]
    found = [match for text in texts for match in _TABLE.finditer(text)]
    return tuple(sorted({match["name"] for match in found if re.search(r"\n    tenant ", match["columns"])}))


def table_filters(tenant: str) -> str:
    """The value of the setting for one tenant.

    Raises:
        ValueError: the tenant's name has other characters than tenants may have.
    """
    if TENANT.fullmatch(tenant) is None:
        raise ValueError(f"could not use the tenant {tenant[:80]!r}: letters, digits, dot, dash and underscore only")
    # In the text of a map of strings, whose values are SQL: the name has no character that needs escaping in either.
    names = [name for table in tables_with_tenant() for name in (table, f"{table}_local")]
    return "{" + ",".join(f"'{name}':'tenant = \\'{tenant}\\''" for name in names) + "}"
