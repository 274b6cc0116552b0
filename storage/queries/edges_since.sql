-- Since when there are edges at all, by access logs, spans or stats. Before that nothing was measured: a rate over it would
-- be too low.
SELECT toUnixTimestamp(min(oldest)) AS since
FROM
(
    SELECT min(time) AS oldest FROM edges HAVING count() > 0
    UNION ALL
    SELECT min(time) AS oldest FROM edges_counters HAVING count() > 0
)
