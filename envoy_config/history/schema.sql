-- Texts of documents, each once: a change of one document of a hundred adds one row.
CREATE TABLE IF NOT EXISTS contents (
    hash TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL,
    body BLOB NOT NULL -- deflated UTF-8
) WITHOUT ROWID;

-- What was put in force when. `scope` is Scope.key; its parts stand beside it for what is asked by them.
CREATE TABLE IF NOT EXISTS versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL, -- Unix seconds
    scope TEXT NOT NULL,
    author TEXT NOT NULL,
    message TEXT NOT NULL,
    deed TEXT NOT NULL,
    restores INTEGER,
    hash TEXT NOT NULL
);

-- "What is in force now, and what was then" of one scope; "what changed in this hour" of all.
CREATE INDEX IF NOT EXISTS versions_by_scope ON versions (scope, id);
CREATE INDEX IF NOT EXISTS versions_by_time ON versions (at);

CREATE TABLE IF NOT EXISTS documents (
    version INTEGER NOT NULL REFERENCES versions (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL REFERENCES contents (hash),
    secret INTEGER NOT NULL,
    PRIMARY KEY (version, name)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS documents_by_content ON documents (hash);
