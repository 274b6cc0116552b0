"""How a call ended, from what its proxy said of it: response code, gRPC status, response flags."""

from enum import StrEnum
from functools import lru_cache

RESET_FLAGS = frozenset({"DC", "DR", "DPE", "LR", "OM", "UC", "UPE", "UR"})
"""A stream that one of the peers, or the proxy, broke off."""

NOT_CONNECTED_FLAGS = frozenset({"DF", "DO", "NC", "NR", "UDO", "UF", "UH", "UO", "URX"})
"""The proxy never had a connection to an upstream host."""

CONNECTION_RESET_FLAGS = RESET_FLAGS | {"DT", "SI", "UMSDR"}
"""A TCP connection that one of the peers, or the proxy, broke off."""

UNREACHED_FLAGS = frozenset({"DF", "DO", "FI", "IH", "NC", "NFCF", "NR", "RL", "RLSE", "UAEX", "UDO", "UF", "UH", "UO"})
"""The last attempt ended at the proxy that says so: the peer's proxy has not seen it."""


@lru_cache(maxsize=4096)
def is_unreached(response_flags: str) -> bool:
    """Whether the last attempt ended before the peer's proxy saw it. What is said of that connection says nothing.

    Args:
        response_flags: as the caller's proxy reported them: Envoy's short names, comma separated.
    """
    return not UNREACHED_FLAGS.isdisjoint(response_flags.split(","))


class Outcome(StrEnum):
    """How one request or TCP connection ended. Every one has exactly one outcome."""

    OK = "ok"
    SERVER_ERROR = "5xx"
    CLIENT_ERROR = "4xx"
    """The answer says that the caller is wrong. Not counted as a failure of the callee."""
    GRPC = "grpc"
    """A gRPC status other than 0, whatever the HTTP status."""
    NO_RESPONSE = "no_response"
    """No answer and no sign of a broken stream; for TCP: no connection to the upstream."""
    RESET = "reset"
    """Broken off by a peer or by the proxy before an answer."""

    @property
    def failed(self) -> bool:
        """Whether it counts into the error share."""
        return self not in (Outcome.OK, Outcome.CLIENT_ERROR)


@lru_cache(maxsize=4096)
def classify(response_code: int, grpc_status: int, response_flags: str, *, tcp: bool) -> Outcome:
    """The outcome of one request or connection.

    Args:
        response_code: the HTTP status sent to the caller, 0 where none was sent (always for TCP).
        grpc_status: -1 where the call is not gRPC or ended without a status.
        response_flags: Envoy's short names, comma separated.
        tcp: a TCP connection, which has no response code.
    """
    flags = frozenset(response_flags.split(",")) if response_flags else frozenset()
    if tcp:
        return _classify_connection(flags)
    if grpc_status > 0:
        return Outcome.GRPC
    if response_code == 0:
        return Outcome.RESET if flags & RESET_FLAGS else Outcome.NO_RESPONSE
    if response_code >= 500:
        return Outcome.SERVER_ERROR
    return Outcome.CLIENT_ERROR if response_code >= 400 else Outcome.OK


def _classify_connection(flags: frozenset[str]) -> Outcome:
    if flags & NOT_CONNECTED_FLAGS:
        return Outcome.NO_RESPONSE
    return Outcome.RESET if flags & CONNECTION_RESET_FLAGS else Outcome.OK
