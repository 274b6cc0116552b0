-- What each process of the hub says of itself every few seconds. Answers: which processes there are, how they are, and
-- what only they know (the proxies of the ads role). One copy on every node of a cluster.
CREATE TABLE IF NOT EXISTS hub_reports ${on_cluster}
(
    instance String COMMENT 'one run of a process',
    kind LowCardinality(String) COMMENT 'what the body is: "process", "ads"',
    at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'when, by the clock of the engine',
    body String CODEC(ZSTD(1)) COMMENT 'JSON'
)
ENGINE = ${engine}ReplacingMergeTree(${one_copy_of}at)
ORDER BY (instance, kind)
TTL toDateTime(at) + toIntervalDay(1)
