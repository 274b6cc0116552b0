"""What all meshes of a mesh file share."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from envoy_config.intent.access_logs import AccessLogs
from envoy_config.intent.data_planes import DataPlane
from envoy_config.intent.hub import Hub, Signals
from envoy_config.intent.names import Percent
from envoy_config.intent.part import Part

API_VERSION = "meshhub/v1"

StatPrefix = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.|-]+$", max_length=200)]


class Stats(Part):
    """Which stats are sent beside the ones that the hub needs."""

    include_prefixes: Annotated[tuple[StatPrefix, ...], Field(max_length=100)] = ()
    """Begins of Envoy's raw stat names, for example `http.inbound.jwt_authn`. Each costs memory in every proxy."""


class Intent(Part):
    """A mesh file: where meshes report to, what, and which meshes there are.

    Raises:
        pydantic.ValidationError: with every fault, each at the key path that is wrong, also those between parts.
    """

    model_config = ConfigDict(populate_by_name=True, hide_input_in_errors=True)

    api_version: Annotated[Literal["meshhub/v1"], Field(alias="apiVersion")]
    """`meshhub/v1`"""
    hub: Hub
    """Where the proxies report to."""
    signals: Signals = Signals()
    """What the proxies send."""
    sampling_percent: Percent = 100
    """Share of requests that get spans, decided by the first proxy that sees the request: one that comes with a
    `traceparent` keeps its decision. Access logs are not sampled with it."""
    access_logs: AccessLogs = AccessLogs()
    """Which requests are logged, and what the records say."""
    stats: Stats = Stats()
    """Which stats are sent."""
    meshes: Annotated[tuple[DataPlane, ...], Field(max_length=200)] = ()
    """The meshes with control planes of their own."""

    @model_validator(mode="after")
    def _one_name_each(self) -> "Intent":
        names = [mesh.name for mesh in self.meshes]
        details = [
            InitErrorDetails(
                type=PydanticCustomError("mesh", "{reason}", {"reason": f"{name} is there twice"}),
                loc=("meshes", index, "name"),
                input=None,
            )
            for index, name in enumerate(names)
            if name in names[:index]
        ]
        if details:
            raise ValidationError.from_exception_data("Intent", details)
        return self
