-- Since when there are edges at all. Before that nothing was measured: a rate over it would be too low.
SELECT toUnixTimestamp(min(time)) AS since
FROM edges
