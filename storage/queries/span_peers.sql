-- How long one span took among its peers: the spans of the same service, operation and kind that started in a range of
-- time (Unix seconds). How many there are, how many of them took less time, and what half, 95 and 99 % of them took.
SELECT
    count() AS spans,
    countIf(spans.duration_ns < {duration_ns:UInt64}) AS shorter,
    countIf(spans.status_code = 'error') AS errors,
    if(count() = 0, [0., 0., 0.], quantiles(0.5, 0.95, 0.99)(spans.duration_ns)) AS lengths_ns
FROM spans
WHERE spans.time >= toDateTime64({start:Float64}, 9, 'UTC')
    AND spans.time < toDateTime64({end:Float64}, 9, 'UTC')
    AND toStartOfFiveMinutes(spans.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
    AND toStartOfFiveMinutes(spans.time) <= toStartOfFiveMinutes(toDateTime({end:Float64}, 'UTC'))
    AND spans.service = {service:String}
    AND spans.namespace = {namespace:String}
    AND spans.name = {name:String}
    AND spans.kind = {kind:String}
