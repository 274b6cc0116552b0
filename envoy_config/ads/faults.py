"""Faults that a service's proxies inject into what the service is asked: a delay, or an answer of their own.

The filter is in every connection manager and does nothing; what it does is said by the routes, so that faults come
and go without a new listener (Envoy docs: configuration/http/http_filters/fault_filter).
"""

from envoy_config.emit.messages import Message, duration, extension, typed
from envoy_config.intent.faults import InjectedFault
from envoy_config.plan import Proxy

FILTER = "envoy.filters.http.fault"
_MESSAGE = "envoy.extensions.filters.http.fault.v3.HTTPFault"


def fault_filter() -> Message:
    """The filter that does nothing by itself."""
    return extension(FILTER, _MESSAGE)


def with_fault(routes: Message, proxy: Proxy) -> Message:
    """The route configuration with the fault of the proxy's service, if it has one and these are its inbound routes."""
    if proxy.fault is None or routes["name"] != "inbound":
        return routes
    return routes | {"typed_per_filter_config": {FILTER: typed(_MESSAGE, _content(proxy.fault))}}


def _content(fault: InjectedFault) -> Message:
    content: Message = {}
    if fault.delay_percent:
        content["delay"] = {
            "fixed_delay": duration(fault.delay_seconds),
            "percentage": _percentage(fault.delay_percent),
        }
    if fault.abort_percent:
        content["abort"] = {"http_status": fault.abort_status, "percentage": _percentage(fault.abort_percent)}
    return content


def _percentage(percent: float) -> Message:
    return {"numerator": round(percent * 10_000), "denominator": "MILLION"}
