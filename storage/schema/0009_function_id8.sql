-- A span id as FixedString(8); see meshhub_id16.
CREATE OR REPLACE FUNCTION meshhub_id8 ${on_cluster} AS (id) -> toFixedString(right(concat(repeat('\0', 8), id), 8), 8)
