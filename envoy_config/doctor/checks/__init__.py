"""The checks, one kind of fault per module. A check reads a case and yields diagnoses.

Their order is that in which people should mend: who is not there at all, what is not sent, what is lost on the way,
what is
wrong in what comes. A new check is one module and one line here.
"""

from collections.abc import Callable, Iterator

from envoy_config.doctor.case import Case
from envoy_config.doctor.checks import (
    clocks,
    configuration,
    drops,
    gap,
    identity,
    propagation,
    sampling,
    signals,
    silence,
    unreported,
)
from envoy_config.doctor.model import Diagnosis

Check = Callable[[Case], Iterator[Diagnosis]]

CHECKS: tuple[Check, ...] = (
    unreported.check,
    silence.check,
    signals.check,
    configuration.check,
    drops.check,
    gap.check,
    sampling.check,
    propagation.check,
    clocks.check,
    identity.check,
)
