"""How callers treat a service: time limits, retries, ejection of bad instances, limits on concurrency."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from envoy_config.intent.names import Percent, Seconds
from envoy_config.intent.part import Part

Count = Annotated[int, Field(ge=1, le=1_000_000)]


class RetryCondition(StrEnum):
    """When a call is tried again; Envoy's words (x-envoy-retry-on, x-envoy-retry-grpc-on)."""

    CONNECT_FAILURE = "connect-failure"
    REFUSED_STREAM = "refused-stream"
    RESET = "reset"
    RESET_BEFORE_REQUEST = "reset-before-request"
    GATEWAY_ERROR = "gateway-error"
    SERVER_ERROR = "5xx"
    RETRIABLE_4XX = "retriable-4xx"
    GRPC_CANCELLED = "cancelled"
    GRPC_DEADLINE_EXCEEDED = "deadline-exceeded"
    GRPC_INTERNAL = "internal"
    GRPC_RESOURCE_EXHAUSTED = "resource-exhausted"
    GRPC_UNAVAILABLE = "unavailable"


class Retries(Part):
    """Bounded twice: by `attempts` more tries per call, and by `budget_percent` of a proxy's calls under way to the
    service (three are always allowed)."""

    attempts: Annotated[int, Field(ge=0, le=10)] = 2
    """More tries after the first; 0 switches retries off."""
    conditions: tuple[RetryCondition, ...] = (
        RetryCondition.CONNECT_FAILURE,
        RetryCondition.REFUSED_STREAM,
        RetryCondition.RESET,
        RetryCondition.GATEWAY_ERROR,
        RetryCondition.GRPC_UNAVAILABLE,
    )
    """When to try again, in Envoy's words. `reset` and `gateway-error` may repeat a call that was carried out: take
    them out for services whose calls must not be repeated."""
    per_try_timeout_seconds: Seconds | None = None
    """For each try."""
    budget_percent: Percent = 20
    """Retries at once, as a share of a proxy's calls under way to the service; three are always allowed."""


class OutlierDetection(Part):
    """When an instance is left out for a while."""

    enabled: bool = True
    """Whether instances are left out at all."""
    consecutive_errors: Count = 5
    """5xx answers, resets or failed connections in a row until an instance is left out."""
    interval_seconds: Seconds = 10
    """How often Envoy looks at ejections."""
    ejection_seconds: Seconds = 30
    """How long at first; longer each time."""
    max_ejected_percent: Annotated[int, Field(ge=0, le=100)] = 50
    """Never more instances than this share at once."""


class CircuitBreaker(Part):
    """What one proxy may have open to a service at once; more is refused with the response flag UO."""

    max_connections: Count = 1024
    """Connections at once."""
    max_pending: Count = 1024
    """Requests that wait for a connection."""
    max_requests: Count = 1024
    """Requests at once."""


class Traffic(Part):
    """How callers treat a service. `timeout_seconds` 0 means no limit, for streams; TCP uses the connect timeout,
    outlier detection and max_connections only."""

    timeout_seconds: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 15
    """For a whole call with its retries; 0 is no limit, for streams."""
    connect_timeout_seconds: Seconds = 2
    """For a connection, with TLS."""
    retries: Retries = Retries()
    """When and how often a call is tried again."""
    outlier_detection: OutlierDetection = OutlierDetection()
    """When an instance is left out for a while."""
    circuit_breaker: CircuitBreaker = CircuitBreaker()
    """What one proxy may have open to a service at once."""

    @model_validator(mode="after")
    def _tries_fit(self) -> "Traffic":
        each = self.retries.per_try_timeout_seconds
        if each is not None and 0 < self.timeout_seconds < each:
            raise ValueError("retries.per_try_timeout_seconds is longer than timeout_seconds")
        return self
