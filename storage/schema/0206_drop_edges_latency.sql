-- Latency is in edges_rollup: no sketches beside it.
DROP VIEW IF EXISTS edges_latency_from_edges ${on_cluster};
DROP TABLE IF EXISTS edges_latency ${on_cluster};
DROP TABLE IF EXISTS edges_latency${local} ${on_cluster}
