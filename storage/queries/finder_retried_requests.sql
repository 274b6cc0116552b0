-- Ids of requests that a caller tried most often against a service.
SELECT access_logs.request_id AS request_id
FROM access_logs
WHERE access_logs.reporter = 'client' AND access_logs.request_attempts > 1 AND access_logs.request_id != ''
    AND access_logs.source_service = {source_service:String} AND access_logs.source_namespace = {source_namespace:String}
    AND access_logs.destination_service = {destination_service:String}
    AND access_logs.destination_namespace = {destination_namespace:String}
    AND access_logs.time >= toDateTime64({start:Float64}, 9, 'UTC')
    AND access_logs.time < toDateTime64({end:Float64}, 9, 'UTC')
    AND toStartOfFiveMinutes(access_logs.time) >= toStartOfFiveMinutes(toDateTime({start:Float64}, 'UTC'))
ORDER BY access_logs.request_attempts DESC, access_logs.time DESC
LIMIT 3
