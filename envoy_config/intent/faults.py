"""Faults to inject into the traffic of a service, for experiments."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from envoy_config.intent.names import Percent
from envoy_config.intent.part import Part


class InjectedFault(Part):
    """What a service's own proxies do to the requests they take for it: hold a share of them back for a while, answer
    a share themselves with an error. Live over ADS only."""

    delay_seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    """How long a delayed request is held back."""
    delay_percent: Percent = 0
    """Share of the requests that are delayed."""
    abort_status: Annotated[int, Field(ge=400, le=599)] = 503
    """What a request that is not let through is answered."""
    abort_percent: Percent = 0
    """Share of the requests that are not let through."""

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.delay_percent and not self.abort_percent:
            raise ValueError("give delay_percent or abort_percent: as it is, the fault does nothing")
        return self
