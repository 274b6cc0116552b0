"""Which access logs are kept, and what they say."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from envoy_config import attributes
from envoy_config.intent.names import Percent
from envoy_config.intent.part import Part

_FLAGS = """
UH UF UO NR URX NC DT DC LH UT LR UR UC DI FI RL UAEX RLSE IH SI DPE UPE UMSDR RFCF NFCF OM DF DR DO UDO
"""
FLAGS = tuple(_FLAGS.split())
"""Envoy's response flags (docs: configuration/observability/access_log/usage, RESPONSE_FLAGS)."""

NEEDED = ("log_type", "direction", "response_code", "response_flags", "duration_ms", "upstream_cluster")
"""Without these a record would not count, or not for whom it was."""

SECRET_HEADERS = (
    "authorization",
    "cookie",
    "proxy-authorization",
    "set-cookie",
    "x-amz-security-token",
    "x-api-key",
    "x-auth-token",
    "x-csrf-token",
    "x-forwarded-client-cert",
)
"""Headers that no access log may have, whatever the file says."""


def _check_flag(value: str) -> str:
    if value not in FLAGS:
        raise ValueError(f"{value!r} is no response flag of Envoy: {', '.join(FLAGS)}")
    return value


def _check_header(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", value):
        raise ValueError(f"{value!r} is not the name of a header in lower case")
    if value in SECRET_HEADERS:
        raise ValueError(f"{value} may have credentials: it is never logged")
    return value


def _check_dispensable(value: str) -> str:
    if value not in attributes.ACCESS_LOG:
        raise ValueError(f"there is no field {value}: {', '.join(attributes.ACCESS_LOG)}")
    if value in NEEDED:
        raise ValueError(f"{value} cannot be left out: without it a record does not count")
    return value


Flag = Annotated[str, AfterValidator(_check_flag)]
HeaderName = Annotated[str, AfterValidator(_check_header)]
FieldName = Annotated[str, AfterValidator(_check_dispensable)]
PathPrefix = Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/%@:!$&*+,;=-]*$", max_length=256)]
"""The begin of a path, without characters that an expression would have to quote."""


class AccessLogFilter(Part):
    """Which requests are logged. What is notable always is; of the rest, `share_percent`. By default, all are."""

    exclude_paths: Annotated[tuple[PathPrefix, ...], Field(max_length=50)] = ()
    """Begins of paths that are never logged: health checks."""
    share_percent: Percent = 100
    """Of the requests that are not notable, the share that is logged. Counts made of access logs shrink with it."""
    status_from: Annotated[int, Field(ge=100, le=599)] = 400
    """Notable: answers with this status or a higher one, and gRPC calls that did not end OK."""
    duration_ms: Annotated[int, Field(ge=1, le=86_400_000)] | None = None
    """Notable: what took this long or longer."""
    response_flags: Literal["any"] | tuple[Flag, ...] = "any"
    """Notable: what the proxy gave one of these response flags, or `any`."""
    cel: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    """Notable: what this CEL expression is true for (docs: Envoy's attributes). Not checked before a proxy takes it."""

    @field_validator("cel")
    @classmethod
    def _balanced(cls, value: str | None) -> str | None:
        if value is not None and (value.count("(") != value.count(")") or "\n" in value):
            raise ValueError("the expression is not one line with balanced parentheses")
        return value

    @property
    def keeps_all(self) -> bool:
        """Whether nothing at all is left out."""
        return self.share_percent == 100 and not self.exclude_paths


class AccessLogFields(Part):
    """What a record says beside what the hub needs, and what it does not say."""

    exclude: tuple[FieldName, ...] = ()
    """Fields that are not sent, by their name in the access log, for example `user_agent`."""
    request_headers: Annotated[tuple[HeaderName, ...], Field(max_length=30)] = ()
    """Request headers that are sent, as `http.request.header.<name>`; those that may have credentials are refused."""
    response_headers: Annotated[tuple[HeaderName, ...], Field(max_length=30)] = ()
    """Response headers that are sent, as `http.response.header.<name>`."""
    query_strings: Literal["keep", "drop"] = "keep"
    """Whether paths are logged with what comes after `?`."""


class AccessLogs(Part):
    """The access logs of every mesh of the file."""

    filter: AccessLogFilter = AccessLogFilter()
    """Which requests are logged."""
    fields: AccessLogFields = AccessLogFields()
    """What a record says."""
