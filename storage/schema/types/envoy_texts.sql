Array(Tuple(key LowCardinality(String), value String))
