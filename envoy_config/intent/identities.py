"""Where a proxy finds its certificate, and the name of the instance it belongs to."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from envoy_config.intent.names import AbsolutePath
from envoy_config.intent.part import Part, short_form
from envoy_config.intent.workloads import Gateway, Service

PLACEHOLDERS = ("namespace", "service", "version", "instance")

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_PATTERN = re.compile(r"(?:[A-Za-z0-9._-]|\{(?:" + "|".join(PLACEHOLDERS) + r")\})+")


def _check_pattern(value: str) -> str:
    parts = value.split("/")
    if any(part in (".", "..") or not _PATTERN.fullmatch(part) for part in parts):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(f"{value!r} is not a relative path of letters, digits, dots, dashes, underscores and {known}")
    return value


class Certificates(Part):
    """The layout of the directory the proxies read: ca.pem (the trust bundle of the trust domain) and, per identity,
    <identity>/cert.pem and <identity>/key.pem. Paths are those of the proxy's machine. In the file it may be only the
    directory."""

    directory: AbsolutePath
    """Absolute path on the proxy's machine."""
    identity: Annotated[str, AfterValidator(_check_pattern)] = "{service}"
    """Relative path of a proxy's pair, of text and `{namespace}`, `{service}`, `{version}`, `{instance}`."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return short_form(core, handler)

    @model_validator(mode="before")
    @classmethod
    def _directory_only(cls, value: Any) -> Any:
        return {"directory": value} if isinstance(value, str) else value

    @property
    def ca_file(self) -> str:
        return f"{self.directory}/ca.pem"

    def identity_directory(self, holder: "Holder") -> str:
        """Where this proxy's cert.pem and key.pem are."""
        path = _PLACEHOLDER.sub(lambda match: str(getattr(holder, match[1])), self.identity)
        return f"{self.directory}/{path}"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a certificate is for: one instance of a service or a gateway."""

    namespace: str
    service: str
    version: str
    instance: str


def instance_name(service: str, version: str, given: str | None, number: int) -> str:
    """The given name, or the one that is derived from the instance's place."""
    return given if given is not None else f"{service}-{version}-{number}"


def holders_of_service(service: Service) -> list[list[Holder]]:
    """Every instance of a service: a list per version, in the order of the file."""
    return [
        [
            Holder(
                service.namespace,
                service.name,
                version.version,
                instance_name(service.name, version.version, instance.name, number),
            )
            for number, instance in enumerate(version.instances)
        ]
        for version in service.versions
    ]


def holders_of_gateway(gateway: Gateway) -> list[Holder]:
    """Every instance of a gateway, in the order of the file."""
    return [
        Holder(
            gateway.namespace,
            gateway.name,
            gateway.version,
            instance_name(gateway.name, gateway.version, instance.name, number),
        )
        for number, instance in enumerate(gateway.instances)
    ]
