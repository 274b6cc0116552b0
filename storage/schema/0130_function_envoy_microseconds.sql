-- A google.protobuf.Duration (seconds, nanos) in microseconds; 0 where it is negative.
CREATE OR REPLACE FUNCTION meshhub_envoy_microseconds ${on_cluster} AS (duration) -> toUInt64(greatest(
    tupleElement(duration, 'seconds') * 1000000 + intDiv(tupleElement(duration, 'nanos'), 1000), 0))
