-- Who wrote one position of a shared log.
SELECT position, writer, body
FROM shared_log
WHERE name = {name:String} AND position = {position:UInt64}
ORDER BY at
LIMIT 1
