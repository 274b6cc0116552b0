Array(Tuple(key LowCardinality(String), value ${any_value}))
