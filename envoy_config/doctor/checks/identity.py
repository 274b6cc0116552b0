"""Proxies that report without saying who they are."""

from collections.abc import Iterator

from envoy_config.doctor.case import Case
from envoy_config.doctor.model import Cure, Diagnosis
from meshhub.model import WorkloadIdentity
from meshhub.quantities import plural
from traces.finders.model import Severity


def check(case: Case) -> Iterator[Diagnosis]:
    """One diagnosis for all of them: they cannot be told apart."""
    nameless = [each for each in case.standings if not each.workload.service and each.records]
    if not nameless:
        return
    records = sum(each.records for each in nameless)
    sent = sorted({signal.value for each in nameless for signal, one in each.signals.items() if one.records})
    yield Diagnosis(
        "identity-missing",
        Severity.WARNING,
        WorkloadIdentity(),
        None,
        "Some telemetry does not say who sent it",
        f"{plural(records, 'record')} ({', '.join(sent)}) of the window name no service. They are shown as unknown.",
        Cure(
            "Envoy's stats sink and Istio's OTLP access logs send no identity by themselves: add the static_config "
            "resource "
            "detector (service.name, service.namespace, service.instance.id) or the labels that meshhub emits.",
            "meshhub wire emit",
        ),
        tuple(sorted(each.instance for each in nameless if each.instance)),
        {"records": records},
    )
