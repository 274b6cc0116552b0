-- A trace id as FixedString(16): shorter ones are padded with zero bytes on the left (64-bit trace ids), of longer ones
-- the last bytes count. Never fails.
CREATE OR REPLACE FUNCTION meshhub_id16 ${on_cluster} AS (id) -> toFixedString(right(concat(repeat('\0', 16), id), 16), 16)
