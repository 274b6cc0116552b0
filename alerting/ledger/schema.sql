-- What alerting must not forget. Times are Unix seconds, bodies are JSON (alerting/ledger/coding.py).
CREATE TABLE IF NOT EXISTS alerts (
    fingerprint TEXT PRIMARY KEY,
    source TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS told (
    key TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS silences (
    id TEXT PRIMARY KEY,
    ends_at REAL NOT NULL,
    body TEXT NOT NULL
) STRICT;
-- One row per notification that is or was owed. state: waiting, delivered, refused (for good), superseded (by a newer one
-- before it was delivered).
CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY,
    group_key TEXT NOT NULL,
    receiver TEXT NOT NULL,
    channel TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL,
    created_at REAL NOT NULL,
    next_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'waiting',
    told_before INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (next_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS outbox_by_group ON outbox (receiver, channel, group_key, id);
-- Every attempt to deliver.
CREATE TABLE IF NOT EXISTS attempts (
    notification INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    at REAL NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attempts_by_notification ON attempts (notification);
-- The life of alerts, for timelines.
CREATE TABLE IF NOT EXISTS events (
    at REAL NOT NULL,
    fingerprint TEXT NOT NULL,
    what TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_by_time ON events (at);
-- Who changed what.
CREATE TABLE IF NOT EXISTS audit (
    at REAL NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS audit_by_time ON audit (at);
-- Alerts that other tools posted, as they said them last.
CREATE TABLE IF NOT EXISTS posted (
    fingerprint TEXT PRIMARY KEY,
    ends_at REAL NOT NULL,
    body TEXT NOT NULL
) STRICT;
