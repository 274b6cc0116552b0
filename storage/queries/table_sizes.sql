-- What each table takes on disk.
SELECT
    table AS table_name,
    sum(rows) AS total_rows,
    sum(data_compressed_bytes) AS bytes_on_disk,
    sum(data_uncompressed_bytes) AS bytes_uncompressed,
    count() AS parts
FROM system.parts
WHERE active AND database = currentDatabase()
GROUP BY table
ORDER BY bytes_on_disk DESC
