-- The newest snapshot of a shared log.
SELECT position, body
FROM shared_snapshots
WHERE name = {name:String}
ORDER BY position DESC
LIMIT 1
