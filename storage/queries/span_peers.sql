-- How long one span took among its peers: the spans of the same service, operation and kind that started in a range of
-- time (Unix seconds). How many there are, how many of them took less time, and what half, 95 and 99 % of them took. Of
-- many, 100,000 are counted, and no more than ten million spans are read for them.
SELECT
    count() AS spans,
    countIf(peers.duration_ns < {duration_ns:UInt64}) AS shorter,
    countIf(peers.status_code = 'error') AS errors,
    if(count() = 0, [0., 0., 0.], quantiles(0.5, 0.95, 0.99)(peers.duration_ns)) AS lengths_ns
FROM
(
    SELECT spans.duration_ns AS duration_ns, spans.status_code AS status_code
    FROM spans
    WHERE spans.time >= toDateTime64({start:Float64}, 9, 'UTC')
        AND spans.time < toDateTime64({end:Float64}, 9, 'UTC')
        AND toStartOfFiveMinutes(spans.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
        AND toStartOfFiveMinutes(spans.time) <= toStartOfFiveMinutes(toDateTime({end:Float64}, 'UTC'))
        AND spans.service = {service:String}
        AND spans.namespace = {namespace:String}
        AND spans.name = {name:String}
        AND spans.kind = {kind:String}
    LIMIT 100000
    SETTINGS max_rows_to_read = 10000000, read_overflow_mode = 'break'
) AS peers
