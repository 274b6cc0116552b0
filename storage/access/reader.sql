-- The user that meshhub asks questions as (settings storage.reader): it reads the hub's tables and the sizes of tables and
-- disks, and changes nothing, whatever it is made to say. Run it once as an administrator; change the password, and on a
-- cluster say ON CLUSTER. Whatever a question asks for, the profile's bounds hold.
CREATE SETTINGS PROFILE IF NOT EXISTS meshhub_reader SETTINGS
    readonly = 2,
    max_execution_time = 60 MAX 600,
    max_memory_usage = 4294967296 MAX 8589934592;

CREATE USER IF NOT EXISTS meshhub_reader
    IDENTIFIED WITH sha256_password BY 'change me'
    SETTINGS PROFILE 'meshhub_reader';

GRANT SELECT ON meshhub.* TO meshhub_reader;

GRANT SELECT ON system.parts TO meshhub_reader;

GRANT SELECT ON system.disks TO meshhub_reader;
-- Whether the processes of one hub share something (shared_begun).
GRANT SELECT ON system.tables TO meshhub_reader;

-- Only on a cluster: tables of other shards.
GRANT REMOTE ON *.* TO meshhub_reader;
