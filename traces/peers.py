"""Whether two access logs can be the two ends of one call."""

from storage.records.access_logs import AccessLog
from traces.calls import fits

UNNAMED = frozenset({"", "passthrough"})
"""Destination kinds of a proxy that did not know where the call goes."""


def can_be_one_call(client: AccessLog, server: AccessLog) -> bool:
    """Whether the caller's proxy and the callee's proxy may speak of the same call, by who they say the peers are."""
    if (client.transport == "tcp") != (server.transport == "tcp"):
        return False
    return _same_callee(client, server) and _same_caller(client, server)


def leads_to(client: AccessLog, log: AccessLog) -> bool:
    """Whether a call went to the workload that wrote `log`, as far as its caller knew where it goes."""
    if client.destination_principal and client.destination_principal == own_principal(log):
        return True
    return (
        client.destination_service == log.service != ""
        and fits(client.destination_namespace, log.namespace)
        and fits(client.destination_cluster, log.cluster)
    )


def comes_from(server: AccessLog, log: AccessLog) -> bool:
    """Whether a call came from the workload that wrote `log`, as far as its callee knew where it comes from."""
    if server.source_principal and server.source_principal == own_principal(log):
        return True
    return (
        server.source_service == log.service != ""
        and fits(server.source_namespace, log.namespace)
        and fits(server.source_cluster, log.cluster)
    )


def own_principal(log: AccessLog) -> str:
    """The principal of the workload that wrote it; empty if it does not say."""
    return log.destination_principal if log.reporter == "server" else log.source_principal


def _same_callee(client: AccessLog, server: AccessLog) -> bool:
    if leads_to(client, server):
        return True
    unnamed = client.destination_kind in UNNAMED and not client.destination_principal
    return unnamed and client.upstream_host == server.downstream_local_address != ""


def _same_caller(client: AccessLog, server: AccessLog) -> bool:
    if not server.source_service or comes_from(server, client):
        return True
    # A service account with another name than the service, and a caller that does not tell its own certificate.
    return not client.source_principal and fits(server.source_namespace, client.namespace)
