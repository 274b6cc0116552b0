"""A mesh file with a mesh of plain Envoy proxies in it, checked across its parts."""

from pydantic import ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from envoy_config.intent.consistency import inconsistencies
from envoy_config.intent.control_plane import ControlPlane
from envoy_config.intent.identities import Certificates
from envoy_config.intent.intent import Intent
from envoy_config.intent.names import TrustDomain, Word
from envoy_config.intent.traffic import Traffic
from envoy_config.intent.workloads import ExternalService, Gateway, Service


class Mesh(Intent):
    """A mesh file. The keys from `cluster` on say a mesh of plain Envoy proxies; without one they are all absent.

    Raises:
        pydantic.ValidationError: with every fault, each at the key path that is wrong, also those between parts.
    """

    cluster: Word
    """The mesh's name on everything it reports (`k8s.cluster.name`)."""
    trust_domain: TrustDomain
    """The SPIFFE trust domain. The identity of a service is `spiffe://<trust_domain>/ns/<namespace>/sa/<service>`."""
    certificates: Certificates
    """Where the proxies read their certificates; the directory alone, or a mapping."""
    traffic: Traffic = Traffic()
    """How callers treat services that do not say otherwise."""
    services: tuple[Service, ...] = ()
    """The services of the mesh."""
    gateways: tuple[Gateway, ...] = ()
    """Where requests enter the mesh."""
    external_services: tuple[ExternalService, ...] = ()
    """Services outside the mesh that services of the mesh call."""
    control_plane: ControlPlane | None = None
    """Where the proxies get their configuration from, live; absent, each gets all of it in its bootstrap file."""

    def spiffe_id(self, namespace: str, service: str) -> str:
        """The identity in the certificate of a service's or gateway's proxies."""
        return f"spiffe://{self.trust_domain}/ns/{namespace}/sa/{service}"

    @model_validator(mode="after")
    def _consistent(self) -> "Mesh":
        faults = inconsistencies(self.services, self.gateways, self.external_services, self.certificates)
        faults += [
            (("meshes", index, "name"), f"{mesh.name} is the cluster of the mesh of plain Envoys already")
            for index, mesh in enumerate(self.meshes)
            if mesh.name == self.cluster
        ]
        if faults:
            details = [
                InitErrorDetails(type=PydanticCustomError("mesh", "{reason}", {"reason": reason}), loc=loc, input=None)
                for loc, reason in faults
            ]
            raise ValidationError.from_exception_data("Mesh", details)
        return self
