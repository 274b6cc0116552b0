"""Names of the hub's own metrics and their attributes that no package below owns; the collector's are in
collector.instruments. Semantic conventions where there are some (opentelemetry.io/docs/specs/semconv)."""

SERVICE = "meshhub"

HTTP_DURATION = "http.server.request.duration"
HTTP_ACTIVE = "http.server.active_requests"
METHOD = "http.request.method"
ROUTE = "http.route"
STATUS = "http.response.status_code"

CPU_TIME = "process.cpu.time"
CPU_MODE = "cpu.mode"
MEMORY = "process.memory.usage"
THREADS = "process.thread.count"
OPEN_FILES = "process.unix.file_descriptor.count"
UPTIME = "process.uptime"

STORE_UP = "meshhub.store.up"
"""1 while the engine answers and its schema is in place, else 0."""

QUERY_DURATION = "meshhub.query.duration"
QUERY = "query"
OUTCOME = "outcome"
