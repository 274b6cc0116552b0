-- Where a window from {start} to {end} is read: `first_N` and `last_N` bound what of it lies in whole intervals of N
-- seconds. rows_of_edges and rows_of_rollup are the rows of a window by these.
    toUInt32(floor({start:Float64} / 10) * 10) AS first,
    toUInt32(ceil({end:Float64} / 10) * 10) AS last,
    toDateTime(first, 'UTC') AS first_10,
    toDateTime(last, 'UTC') AS last_10,
    toDateTime(intDiv(first + 59, 60) * 60, 'UTC') AS first_60,
    toDateTime(intDiv(last, 60) * 60, 'UTC') AS last_60,
    toDateTime(intDiv(first + 299, 300) * 300, 'UTC') AS first_300,
    toDateTime(intDiv(last, 300) * 300, 'UTC') AS last_300,
    toDateTime(intDiv(first + 599, 600) * 600, 'UTC') AS first_600,
    toDateTime(intDiv(last, 600) * 600, 'UTC') AS last_600,
    toDateTime(intDiv(first + 1799, 1800) * 1800, 'UTC') AS first_1800,
    toDateTime(intDiv(last, 1800) * 1800, 'UTC') AS last_1800,
    toDateTime(intDiv(first + 3599, 3600) * 3600, 'UTC') AS first_3600,
    toDateTime(intDiv(last, 3600) * 3600, 'UTC') AS last_3600
