"""Benchmarks: each prints a table and writes JSON to benchmarks/results/. Run with `make bench`."""
