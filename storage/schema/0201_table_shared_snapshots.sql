-- What a shared log came to, up to a position: who begins, or was away for long, goes on from there. Answers: the newest
-- one of a log. One copy on every node of a cluster.
CREATE TABLE IF NOT EXISTS shared_snapshots ${on_cluster}
(
    name String COMMENT 'which log',
    position UInt64 COMMENT 'of the last entry that is in it',
    body String CODEC(ZSTD(1)) COMMENT 'an SQLite file, deflated, as base64'
)
ENGINE = ${engine}ReplacingMergeTree(${one_copy_of}position)
ORDER BY name
SETTINGS ${deduplication_window} = 10000, fsync_after_insert = 1, fsync_part_directory = 1
