"""What else belongs to a backup, as rows of a table in the database that is backed up."""

import secrets
from collections.abc import Mapping

from clickhouse_connect.driver.client import Client

from storage.settings import StorageSettings

CONTENT = "backup_content"
CHUNK_BYTES = 4 * 1024 * 1024
_MAKE_CONTENT = """
CREATE TABLE {database}.backup_content {on_cluster}
(
    name String,
    chunk UInt32,
    content String CODEC(ZSTD)
)
ENGINE = {engine}
ORDER BY (name, chunk)
"""
_REPLICATED = "ReplicatedMergeTree('/clickhouse/{database}/backup_content/{unique}', '{shard}-{replica}')"
_READ_CONTENT = "SELECT name, content FROM {database:Identifier}.backup_content ORDER BY name, chunk"


def content_table(settings: StorageSettings) -> str:
    """The statement that makes the table of what else belongs to a backup."""
    if not settings.cluster:
        return _MAKE_CONTENT.format(database=settings.database, on_cluster="", engine="MergeTree")
    engine = _REPLICATED.replace("{unique}", secrets.token_hex(4))
    on_cluster = f"ON CLUSTER '{settings.cluster}'"
    return _MAKE_CONTENT.format(database=settings.database, on_cluster=on_cluster, engine=engine)


def put(client: Client, content: Mapping[str, bytes]) -> None:
    chunks = [
        [name, number, data[start : start + CHUNK_BYTES]]
        for name, data in content.items()
        for number, start in enumerate(range(0, max(len(data), 1), CHUNK_BYTES))
    ]
    for chunk in chunks:
        client.insert(CONTENT, [chunk], ["name", "chunk", "content"])


def get(client: Client, database: str) -> dict[str, bytes]:
    """The files in the table of this database."""
    rows = client.query(
        _READ_CONTENT, parameters={"database": database}, column_formats={"content": "bytes"}
    ).result_rows
    content: dict[str, bytes] = {}
    for name, chunk in rows:
        content[name] = content.get(name, b"") + chunk
    return content
