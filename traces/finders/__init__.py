"""Finders: what over all traffic looks like a mistake, each with its evidence and the fix. One module per finder.

Every finder is a pure function from the rows of its query (storage/queries/finder_*.sql) to findings, worst first.
"""
