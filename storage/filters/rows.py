"""Pieces of queries for rows: which count, how they are ordered, where a page goes on."""

from storage.filters.condition import Condition, Order, Term

FINAL = Condition(
    "access_logs.log_type NOT IN ('DownstreamStart', 'DownstreamPeriodic', 'TcpConnectionStart', "
    "'TcpUpstreamConnected', 'TcpPeriodic', 'UpstreamPoolReady', 'UpstreamPeriodic', 'UpstreamEnd', "
    "'DownstreamTunnelSuccessfullyEstablished', 'UdpTunnelUpstreamConnected', 'UdpPeriodic', 'UdpSessionEnd')"
)
"""The last entry of each request, which requests are counted by (schema/0066)."""

ANY = Condition("1")

LOG_HASH = Term(
    "sipHash64(access_logs.request_id, access_logs.span_id, access_logs.service, access_logs.instance, "
    "access_logs.log_type, access_logs.reporter, access_logs.duration_us, access_logs.downstream_remote_address, "
    "access_logs.upstream_host, access_logs.path)"
)
"""Tells access logs of one trace and time apart."""

NEWEST_LOGS = Order("access_logs.time DESC, row_hash DESC")
OLDEST_LOGS = Order("access_logs.time, row_hash")
SLOWEST_LOGS = Order("access_logs.duration_us DESC, access_logs.time DESC")
LARGEST_LOGS = Order("access_logs.bytes_sent + access_logs.bytes_received DESC, access_logs.time DESC")

NEWEST = Order("start_unix_nano DESC")
OLDEST = Order("start_unix_nano")
SLOWEST = Order("end_unix_nano - start_unix_nano DESC, start_unix_nano DESC")
MOST_ERRORS = Order("errors DESC, start_unix_nano DESC")
MOST_ROWS = Order("reports DESC, start_unix_nano DESC")


def beyond(time_unix_nano: int, row_hash: int, *, newest_first: bool) -> Condition:
    """Access logs that come after this one, for the place `${beyond}`."""
    return Condition(
        f"(toUnixTimestamp64Nano(access_logs.time), {LOG_HASH.text}) {'<' if newest_first else '>'} "
        "({beyond_time:Int64}, {beyond_hash:UInt64})",
        {"beyond_time": time_unix_nano, "beyond_hash": row_hash},
    )
