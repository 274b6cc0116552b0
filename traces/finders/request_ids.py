"""Workloads that bring request ids into the mesh which are not UUIDs.

Envoy packs its sampling decision into a UUID request id (envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig): an
id of another form has none, and with the default `use_request_id_for_trace_sampling` such a request is not traced.
"""

from collections.abc import Iterator, Sequence

from meshhub.model import WorkloadIdentity
from meshhub.quantities import plural, share
from storage.records.findings import ForeignIdsRow
from traces.finders.model import Finding, Severity

FIX = (
    "Let the first proxy make the id: do not send x-request-id, or strip it at the edge (Envoy: leave "
    "preserve_external_request_id false). If the id must stay, set use_request_id_for_trace_sampling: false and "
    "pack_trace_reason: false in envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig of every proxy, so that "
    "sampling does not depend on the id."
)


def find_foreign_request_ids(rows: Sequence[ForeignIdsRow]) -> Iterator[Finding]:
    """One finding per workload that brings such ids in. A gateway's come from its clients."""
    for row in rows:
        name = row.service or "a workload without a name"
        who = f"Clients of {name} send" if row.role == "gateway" else f"{name} sends"
        silent = row.sampled == 0
        consequence = (
            "none of them was traced" if silent else f"{share(row.sampled / row.requests)} of them were traced"
        )
        yield Finding(
            "foreign-request-ids",
            Severity.CRITICAL if silent else Severity.WARNING,
            WorkloadIdentity(row.cluster, row.namespace, row.service),
            None,
            f"{who} request ids that are not UUIDs",
            f"{plural(row.requests, 'call')} began with such an id; {consequence}.",
            FIX,
            {"requests": row.requests, "sampled": row.sampled},
            tuple(row.examples),
        )
