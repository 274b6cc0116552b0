-- How the engine itself is: version, its clock, the room on its disks (the fullest one counts; none where there is none of its
-- own, as in a bucket), and parts of tables: many mean that merges do not keep up.
SELECT
    version() AS version,
    toUnixTimestamp64Micro(now64(6)) AS unix_micro,
    (SELECT min(free_space) FROM system.disks WHERE total_space > 0 AND NOT is_remote) AS free_bytes,
    (SELECT argMin(total_space, free_space) FROM system.disks WHERE total_space > 0 AND NOT is_remote) AS total_bytes,
    (SELECT max(parts) FROM (
        SELECT count() AS parts FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table, partition_id
    )) AS parts
