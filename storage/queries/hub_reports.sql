-- The last report of each kind of every process that was heard of in so many seconds, and how old it is by the engine's
-- clock.
SELECT instance, kind, argMax(body, hub_reports.at) AS body, date_diff('millisecond', max(hub_reports.at), now64(3, 'UTC')) / 1000 AS age_seconds
FROM hub_reports
WHERE hub_reports.at > now64(3, 'UTC') - toIntervalSecond({within:UInt32})
GROUP BY instance, kind
ORDER BY instance, kind
