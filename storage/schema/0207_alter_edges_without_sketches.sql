-- The sketches of edges are gone: nothing reads them.
-- shard key: cityHash64(source_service, destination_service)
ALTER TABLE edges${local} ${on_cluster}
    DROP COLUMN IF EXISTS duration_us
