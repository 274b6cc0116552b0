-- Where rows of some request ids are: their traces, and the five minutes of each. What has no trace ("") lies by time alone
-- in the tables: it comes with its second, or with its five minutes where it is older than schema/0120.
SELECT DISTINCT trace_id, toUnixTimestamp(bucket) AS bucket
FROM request_index
WHERE request_hash IN (SELECT sipHash64(arrayJoin({request_ids:Array(String)})))
LIMIT {limit:UInt32}
