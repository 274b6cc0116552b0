-- What the processes of one hub agreed on, in order: entries of logs by name, each position written once (by its
-- deduplication token: docs/adr/0013). Answers: what came after a position, and what was last. One copy on every node of
-- a cluster. Kept until a snapshot stands for it.
CREATE TABLE IF NOT EXISTS shared_log ${on_cluster}
(
    name String COMMENT 'which log: "alerting", "lease/alerting", …',
    position UInt64 COMMENT 'from 1, without gaps',
    writer String COMMENT 'who wrote it: an id made for this one attempt',
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'when, by the clock of the engine',
    body String CODEC(ZSTD(1)) COMMENT 'JSON'
)
ENGINE = ${engine}MergeTree${one_copy}
ORDER BY (name, position)
SETTINGS ${deduplication_window} = 10000, fsync_after_insert = 1, fsync_part_directory = 1
