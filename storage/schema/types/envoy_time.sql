Tuple(seconds Int64, nanos Int64)
