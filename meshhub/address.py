"""Where something listens: "host:port" texts as settings have them."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator


def split_address(text: str) -> tuple[str, int]:
    """The host and port of "host:port"; an IPv6 host stands in brackets. Port 0 means any free one.

    Raises:
        ValueError: the text is not an address.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f'"{text}" is not an address: expected "host:port", for example "127.0.0.1:4317"')
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise ValueError(f'"{text}" is not an address: put an IPv6 host in brackets, for example "[::1]:4317"')
    return host.strip("[]"), int(port)


def joined_address(host: str, port: int) -> str:
    """The reverse of `split_address`."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it. A name other than "localhost" counts as reachable from elsewhere."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _checked(text: str) -> str:
    split_address(text)
    return text


Address = Annotated[str, AfterValidator(_checked)]
