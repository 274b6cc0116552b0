-- The last entry of a shared log.
SELECT position, writer, body
FROM shared_log
WHERE name = {name:String}
ORDER BY position DESC
LIMIT 1
