"""Where the proxies report to, and what."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, model_validator

from envoy_config.intent.names import AbsolutePath, DnsName, Host, Port, Seconds, check_token
from meshhub.configuration import Section
from meshhub.secret import Secret


class Endpoint(Section):
    """A host and a port. In the file "host:port", an IPv6 address in brackets."""

    host: Host
    port: Port

    @model_validator(mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        host, colon, port = value.rpartition(":")
        if not colon or not port.isascii() or not port.isdigit():
            raise ValueError(f"{value!r} is not host:port")
        return {"host": host.removeprefix("[").removesuffix("]"), "port": int(port)}


class HubTls(Section):
    """TLS to the hub. Files are read by the proxies. A certificate with its key makes it mutual.

    `server_name` is the name the hub's certificate must have and the SNI sent; absent, it is the first address's host.
    """

    ca_file: AbsolutePath
    server_name: DnsName | None = None
    certificate_file: AbsolutePath | None = None
    key_file: AbsolutePath | None = None

    @model_validator(mode="after")
    def _whole_pair(self) -> "HubTls":
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file belong together")
        return self


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str | Endpoint) else value


class Hub(Section):
    """The hub's OTLP/gRPC receiver: one address or several, all of the same hub.

    `token_file` is the twin of `token`: the file is read when the mesh file is loaded, and becomes `token`.
    """

    model_config = ConfigDict(hide_input_in_errors=True)  # a rejected token stays unseen

    otlp: Annotated[tuple[Endpoint, ...], BeforeValidator(_listed), Field(min_length=1, max_length=32)]
    tls: HubTls | None = None
    token: Annotated[Secret, AfterValidator(lambda token: Secret(check_token(token.reveal())))] | None = None
    token_file: str | None = None
    stats_interval_seconds: Seconds = 10

    @model_validator(mode="after")
    def _one_token(self) -> "Hub":
        if self.token is not None and self.token_file is not None:
            raise ValueError("token and token_file exclude each other")
        return self


class Signals(Section):
    """What the proxies send."""

    access_logs: bool = True
    spans: bool = True
    stats: bool = True
