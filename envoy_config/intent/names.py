"""The texts of a mesh file that must have a certain form."""

import re
from functools import lru_cache
from ipaddress import ip_address
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, Field

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def matching(pattern: str, expected: str) -> AfterValidator:
    """A check that the whole text has this form; `expected` is how messages call it."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"{value!r} is not {expected}")
        return value

    return AfterValidator(check)


@lru_cache(65_536)
def is_address(host: str) -> bool:
    """Whether this is an IP address, not a name to resolve. Every proxy names every instance that it calls."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _check_host(value: str) -> str:
    if len(value) > 253 or not (is_address(value) or _HOST.fullmatch(value)):
        raise ValueError(f"{value!r} is neither an IP address nor a DNS name in lower case")
    return value


def _check_absolute(value: str) -> str:
    if not PurePosixPath(value).is_absolute() or "\0" in value:
        raise ValueError(f"{value!r} is not an absolute path")
    return value


def check_token(value: str) -> str:
    """A bearer token as RFC 6750 section 2.1 has it; the message never has the token.

    Raises:
        ValueError: it has other characters.
    """
    if not _TOKEN.fullmatch(value):
        raise ValueError("the token has characters that no bearer token has (RFC 6750 section 2.1)")
    return value


Label = Annotated[str, matching(_LABEL, "a DNS label: lower-case letters, digits and inner dashes, at most 63")]
"""RFC 1123: names of services, namespaces and listeners; they become parts of host names."""

Word = Annotated[
    str,
    matching(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", "letters, digits and inner dots, dashes, underscores"),
]
"""Names that are only shown: clusters, versions, instances. At most 63 characters."""

TrustDomain = Annotated[
    str,
    matching(r"[a-z0-9._-]{1,255}", "a SPIFFE trust domain: lower-case letters, digits, dots, dashes, underscores"),
]
"""SPIFFE-ID specification, section 2.1."""

DnsName = Annotated[
    str,
    matching(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)*{_LABEL}", "a DNS name in lower case"),
]

Host = Annotated[str, AfterValidator(_check_host)]
"""An IP address or a DNS name."""

AbsolutePath = Annotated[str, AfterValidator(_check_absolute)]
"""A path on the proxy's machine."""

Port = Annotated[int, Field(ge=1, le=65535)]

Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
