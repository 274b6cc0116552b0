-- Whether processes share something in a database: whether the table of snapshots is there.
SELECT count() AS tables
FROM system.tables
WHERE database = {database:String} AND name = 'shared_snapshots'
