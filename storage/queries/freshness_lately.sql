-- As freshness, of the last two minutes only: 0 where they have no record. Parts whose newest time is before that are not
-- opened (time is in the partition key), so this costs little however much an hour has.
SELECT
    (SELECT toUnixTimestamp(max(received)) FROM access_logs WHERE time > now('UTC') - INTERVAL 2 MINUTE AND received <= now('UTC') + INTERVAL 5 SECOND) AS access_logs,
    (SELECT toUnixTimestamp(max(received)) FROM spans WHERE time > now('UTC') - INTERVAL 2 MINUTE AND received <= now('UTC') + INTERVAL 5 SECOND) AS spans,
    (SELECT toUnixTimestamp(max(received)) FROM metrics_sum WHERE time > now('UTC') - INTERVAL 2 MINUTE AND received <= now('UTC') + INTERVAL 5 SECOND) AS metrics
