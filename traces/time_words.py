"""What the parts of a time are called."""

from traces.time_model import TimePart

TIME_WORDS = {
    TimePart.RETRIES: "Earlier attempts",
    TimePart.CONNECT: "Connecting, with TLS",
    TimePart.QUEUE: "Queueing at the caller's proxy",
    TimePart.NETWORK: "Network between the proxies",
    TimePart.CALLEE_PROXY: "The callee's proxy",
    TimePart.UPSTREAM: "Upstream: the callee's application",
    TimePart.BEYOND: "Upstream and network, not told apart",
    TimePart.TRANSFER: "Response transfer",
    TimePart.UNKNOWN: "Unknown: no proxy timed it",
}
"""Short, for tables."""
