"""The pages, each a `layout()` that takes no data and a `register(app, reads, clock, prefix)`."""
