-- Since when there are edges at all, by access logs, spans or stats: before that nothing was measured, and a rate over it would
-- be too low. And until when there are any by stats.
SELECT toUnixTimestamp(min(oldest)) AS since, toUnixTimestamp(max(newest)) AS counted_until
FROM
(
    SELECT min(time) AS oldest, toDateTime(0, 'UTC') AS newest FROM edges HAVING count() > 0
    UNION ALL
    SELECT min(time) AS oldest, max(time) AS newest FROM edges_counters HAVING count() > 0
)
