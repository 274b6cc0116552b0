-- Drops the entries of a shared log that a snapshot stands for.
DELETE FROM shared_log WHERE name = {name:String} AND position <= {position:UInt64}
