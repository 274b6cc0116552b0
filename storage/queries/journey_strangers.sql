-- Where a path may go on that ids have lost, in one pass over what some instances reported (all within [start, end), with
-- the requests that they began to serve up to a minute before):
--   'call': calls that an instance began while it served a request of this journey (windows: instance, first and last
--     nanosecond), whose ids none of the requests has that it served; with how many it served at that moment, at least one;
--   'cause': what an instance was serving at a moment (instance, nanosecond) when it made a call that no request explains.
-- Of each instance a million reports are looked at.
SELECT
    instance,
    found.1 AS kind,
    found.2 AS request_id,
    found.3 AS trace_id,
    found.4 AS time_unix_nano,
    found.5 AS candidates
FROM
(
    SELECT
        instance,
        groupArrayIf(1000000)((request_id, trace_id, span_id, began, ended), reporter = 'server') AS served,
        groupArrayIf(10000)((request_id, trace_id, began), calling) AS calls,
        groupArrayIf(10000)((request_id, trace_id, began), causing) AS causes
    FROM
    (
        SELECT
            access_logs.instance AS instance, access_logs.reporter AS reporter, access_logs.request_id AS request_id,
            access_logs.trace_id AS trace_id, access_logs.span_id AS span_id,
            toUnixTimestamp64Nano(access_logs.time) AS began,
            began + toInt64(least(access_logs.duration_us, 60000000)) * 1000 AS ended,
            request_id != '' AND request_id NOT IN {request_ids:Array(String)} AS strange,
            strange AND reporter = 'client' AND access_logs.role != 'gateway' AND began >= {start:Int64}
                AND arrayExists(each -> each.1 = instance AND each.2 <= began AND began <= each.3,
                    {windows:Array(Tuple(String, Int64, Int64))}) AS calling,
            strange AND reporter = 'server'
                AND arrayExists(each -> each.1 = instance AND began <= each.2 AND each.2 <= ended,
                    {moments:Array(Tuple(String, Int64))}) AS causing
        FROM access_logs
        WHERE access_logs.instance IN {instances:Array(String)} AND access_logs.transport != 'tcp'
            AND access_logs.time >= fromUnixTimestamp64Nano({start:Int64}, 'UTC') - INTERVAL 1 MINUTE
            AND access_logs.time < fromUnixTimestamp64Nano({end:Int64}, 'UTC')
    )
    WHERE reporter = 'server' OR calling
    GROUP BY instance
)
ARRAY JOIN arrayConcat(
    arrayMap(
        call -> ('call', call.1, call.2, call.3,
            arrayUniq(arrayFilter(each -> each.4 <= call.3 AND each.5 >= call.3, served))),
        arrayFilter(
            call -> NOT has(served.1, call.1) AND (call.2 = toFixedString('', 16) OR NOT has(served.2, call.2)),
            calls)),
    arrayMap(cause -> ('cause', cause.1, cause.2, cause.3, toUInt32(0)), causes)) AS found
WHERE kind = 'cause' OR candidates > 0
ORDER BY kind, time_unix_nano, request_id
LIMIT {limit:UInt32} BY kind
