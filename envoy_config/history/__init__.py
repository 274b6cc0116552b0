"""Which configuration was in force when, who put it there and why: durable in one SQLite file, for rollback and charts.

Whoever changes the configuration of proxies (`meshhub wire apply`, the ADS server) records it here:
`History.record(Applied(scope, documents, author, message), at)`.
"""
