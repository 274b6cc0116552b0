-- As log_facets, of a sample of the rows: one of so many granules of each part, in turn of each of eight groups. `counted` are
-- the requests of a value by group, `matched` those of all values, `looked` those that were looked at, whether they match or
-- not. The groups tell how far off a sample of these rows is: rows of a granule are alike, as they came together.
-- A part begins with another granule than the part before it, so that small parts are in the sample as often as large ones.
WITH
(
    SELECT countResample(0, 8, 1)(intDiv(_part_granule_offset + _part_index, {one_in:UInt32}) % 8)
    FROM access_logs
    PREWHERE (_part_granule_offset + _part_index) % {one_in:UInt32} = 0
    WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
        AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC') AND ${final}
) AS looked
SELECT
    field,
    value,
    counted,
    count() OVER (PARTITION BY field) AS distinct,
    sumForEach(counted) OVER (PARTITION BY field) AS matched,
    looked
FROM
(
    SELECT
        toUInt8({fields:UInt8} - 1 - bitCount(bitXor(toUInt64(grouping(${names})),
            bitShiftLeft(toUInt64(1), {fields:UInt8}) - 1) - 1)) AS field,
        concat(${names}) AS value,
        countResample(0, 8, 1)(grouped) AS counted
    FROM
    (
        SELECT ${values}, intDiv(_part_granule_offset + _part_index, {one_in:UInt32}) % 8 AS grouped
        FROM access_logs
        PREWHERE (_part_granule_offset + _part_index) % {one_in:UInt32} = 0
        WHERE access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC')
            AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
            AND ${final} AND ${where}
    )
    GROUP BY GROUPING SETS (${sets})
)
ORDER BY field, arraySum(counted) DESC, value
LIMIT {limit:UInt32} BY field
