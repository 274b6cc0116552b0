"""The mesh configuration that makes proxies report to the hub."""
