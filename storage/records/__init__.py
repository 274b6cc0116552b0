"""What the queries of storage/queries answer: a frozen record per row, its fields the columns. A module per family.

Times are Unix nanoseconds unless a name says otherwise, ids are lower-case hex and empty where absent, unknown parts of
an identity are empty.
"""
