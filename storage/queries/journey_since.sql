-- Since when requests and traces can be looked up by id, in Unix seconds; 0 where nothing is stored.
SELECT toUInt32(least(if(requests = 0, traces, requests), if(traces = 0, requests, traces))) AS since
FROM
(
    SELECT
        (SELECT toUnixTimestamp(min(bucket)) FROM request_index) AS requests,
        (SELECT toUnixTimestamp(min(bucket)) FROM trace_index) AS traces
)
