"""The mesh file as a model: the whole mesh, checked across its parts."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from envoy_config.intent.consistency import inconsistencies
from envoy_config.intent.hub import Hub, Signals
from envoy_config.intent.identities import Certificates
from envoy_config.intent.names import Percent, TrustDomain, Word
from envoy_config.intent.traffic import Traffic
from envoy_config.intent.workloads import ExternalService, Gateway, Service
from meshhub.configuration import Section

API_VERSION = "meshhub/v1"


class Mesh(Section):
    """A service mesh of plain Envoy proxies.

    Raises:
        pydantic.ValidationError: with every fault, each at the key path that is wrong, also those between parts.
    """

    model_config = ConfigDict(populate_by_name=True, hide_input_in_errors=True)

    api_version: Annotated[Literal["meshhub/v1"], Field(alias="apiVersion")]
    cluster: Word
    trust_domain: TrustDomain
    hub: Hub
    certificates: Certificates
    signals: Signals = Signals()
    sampling_percent: Percent = 100
    traffic: Traffic = Traffic()
    services: tuple[Service, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    external_services: tuple[ExternalService, ...] = ()

    def spiffe_id(self, namespace: str, service: str) -> str:
        """The identity in the certificate of a service's or gateway's proxies."""
        return f"spiffe://{self.trust_domain}/ns/{namespace}/sa/{service}"

    @model_validator(mode="after")
    def _consistent(self) -> "Mesh":
        faults = inconsistencies(self.services, self.gateways, self.external_services, self.certificates)
        if faults:
            details = [
                InitErrorDetails(type=PydanticCustomError("mesh", "{reason}", {"reason": reason}), loc=loc, input=None)
                for loc, reason in faults
            ]
            raise ValidationError.from_exception_data("Mesh", details)
        return self
