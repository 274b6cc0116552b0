-- Where this file is in the shared log that it follows, and which process leads (docs/adr/0013).
CREATE TABLE IF NOT EXISTS shared_place (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    position INTEGER NOT NULL,
    leader TEXT NOT NULL,
    joined INTEGER NOT NULL -- whether what is in the file came from the log, or is in it
) STRICT;
INSERT OR IGNORE INTO shared_place (one, position, leader, joined) VALUES (1, 0, '', 0);
-- Changes that were made while the engine did not answer, in order: they are still to be written to the log.
CREATE TABLE IF NOT EXISTS shared_waiting (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    writer TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
