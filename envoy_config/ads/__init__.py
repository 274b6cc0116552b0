"""The xDS server for plain Envoy: what proxies are configured with, live, over one stream each (ADS, xDS v3)."""
