-- The rows of `edges` in a window: the ten seconds at its ends that lie in no whole minute of it.
edges.time >= first_10 AND edges.time < last_10 AND (first_60 >= last_60 OR edges.time < first_60 OR edges.time >= last_60)
