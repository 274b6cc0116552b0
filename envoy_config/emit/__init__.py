"""From the planned proxies to configuration documents: pure functions, one module per part of the document."""
