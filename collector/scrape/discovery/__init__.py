"""Where targets come from: one module per source."""
