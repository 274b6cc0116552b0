"""Where the proxies report to, and what."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from envoy_config.intent.names import AbsolutePath, DnsName, Host, Port, Seconds, check_token
from envoy_config.intent.part import Part, short_form
from meshhub.secret import Secret

OTLP_HTTP_PORT, ZIPKIN_PORT = 4318, 9411


class Endpoint(Part):
    """A host and a port. In the file "host:port", an IPv6 address in brackets."""

    host: Host
    port: Port

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": r"^.+:[0-9]{1,5}$", "description": "host:port"}

    @model_validator(mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        host, colon, port = value.rpartition(":")
        if not colon or not port.isascii() or not port.isdigit():
            raise ValueError(f"{value!r} is not host:port")
        return {"host": host.removeprefix("[").removesuffix("]"), "port": int(port)}


class HubTls(Part):
    """TLS to the hub. Files are read by the proxies. A certificate with its key makes it mutual.

    `server_name` is the name the hub's certificate must have and the SNI sent; absent, it is the first address's host.
    """

    ca_file: AbsolutePath
    """Authority of the hub's certificate. All files here are read by the proxies."""
    server_name: DnsName | None = None
    """Name in the hub's certificate; absent, the first address's host."""
    certificate_file: AbsolutePath | None = None
    """Client certificate, for mutual TLS."""
    key_file: AbsolutePath | None = None
    """Its private key."""

    @model_validator(mode="after")
    def _whole_pair(self) -> "HubTls":
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("certificate_file and key_file belong together")
        return self


class Receiver(Part):
    """One more receiver of the hub. In the file it may be only "host:port"; it then has the TLS of `otlp`."""

    address: Endpoint
    """`host:port`."""
    tls: HubTls | Literal["none", "as-otlp"] = "as-otlp"
    """TLS of its own, `none`, or `as-otlp`."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return short_form(core, handler)

    @model_validator(mode="before")
    @classmethod
    def _address_only(cls, value: Any) -> Any:
        return {"address": value} if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str | Endpoint) else value


class Hub(Part):
    """The hub's receivers.

    While the hub is away or refuses, a plain Envoy keeps an export for up to 30 seconds and tries again; others lose
    it.
    """

    model_config = ConfigDict(hide_input_in_errors=True)  # a rejected token stays unseen

    otlp: Annotated[
        tuple[Endpoint, ...],
        BeforeValidator(_listed, json_schema_input_type=Endpoint | tuple[Endpoint, ...]),
        Field(min_length=1, max_length=32),
    ]
    """`host:port` of the OTLP/gRPC receiver, or a list of them, all of the same hub."""
    otlp_http: Receiver | None = None
    """The OTLP/HTTP receiver; absent, port 4318 of the first `otlp`."""
    als: Receiver | None = None
    """The receiver of Envoy's gRPC access logs and metrics; absent, the first `otlp`, which takes both."""
    zipkin: Receiver | None = None
    """The Zipkin receiver; absent, port 9411 of the first `otlp`."""
    tls: HubTls | None = None
    """TLS to the hub."""
    token: Annotated[Secret, AfterValidator(lambda token: Secret(check_token(token.reveal())))] | None = None
    """Bearer token sent with every export. It is in the written files, which only their owner may read."""
    token_file: str | None = None
    """File with the token, relative to the mesh file; read when the mesh file is loaded."""
    stats_interval_seconds: Seconds = 10
    """How often stats are sent or scraped."""

    @model_validator(mode="after")
    def _one_token(self) -> "Hub":
        if self.token is not None and self.token_file is not None:
            raise ValueError("token and token_file exclude each other")
        return self

    @property
    def otlp_grpc(self) -> Receiver:
        """The first OTLP/gRPC address."""
        return Receiver(address=self.otlp[0])

    @property
    def over_http(self) -> Receiver:
        """The OTLP/HTTP receiver."""
        return self.otlp_http or Receiver(address=Endpoint(host=self.otlp[0].host, port=OTLP_HTTP_PORT))

    @property
    def for_als(self) -> Receiver:
        """The receiver of access logs and metrics over Envoy's own gRPC services."""
        return self.als or self.otlp_grpc

    @property
    def for_zipkin(self) -> Receiver:
        """The Zipkin receiver."""
        return self.zipkin or Receiver(address=Endpoint(host=self.otlp[0].host, port=ZIPKIN_PORT))

    def tls_of(self, receiver: Receiver) -> HubTls | None:
        """The TLS that a receiver is spoken to with; None: none."""
        if receiver.tls == "as-otlp":
            return self.tls
        return None if receiver.tls == "none" else receiver.tls


class Signals(Part):
    """What the proxies send."""

    access_logs: bool = True
    """One record per request or TCP connection, of both its sides."""
    spans: bool = True
    """Spans with W3C context."""
    stats: bool = True
    """Counters and gauges of requests, retries, ejections, circuit breakers, pools, TCP, listeners, the exporters
    themselves."""
