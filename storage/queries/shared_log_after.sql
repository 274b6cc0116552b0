-- The entries of a shared log after a position, in order. One that is in it twice (written again long after it was
-- forgotten) counts as it was first.
SELECT position, argMin(writer, at) AS writer, argMin(body, at) AS body
FROM shared_log
WHERE name = {name:String} AND position > {after:UInt64}
GROUP BY position
ORDER BY position
LIMIT {limit:UInt32}
