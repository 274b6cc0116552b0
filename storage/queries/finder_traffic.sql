-- How many requests a window has, so that what looks at each of them can look at a share of them.
SELECT sum(request_minutes.requests) AS requests
FROM request_minutes
WHERE request_minutes.time >= toStartOfMinute(toDateTime({start:Float64}, 'UTC'))
    AND request_minutes.time < toDateTime({end:Float64}, 'UTC')
    AND toStartOfHour(request_minutes.time) >= toStartOfHour(toDateTime({start:Float64}, 'UTC'))
