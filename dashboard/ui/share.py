"""What the share menu copies: the same answer by link, from the API, and on the command line."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from dashboard.api.windows import DEFAULT_WINDOW, UnusableWindow, read_window
from dashboard.ui import query
from dashboard.ui.state import alerts, logs, mesh, requests, slos, topology
from topology.model import Perspective

DEFAULT_HUB = "http://127.0.0.1:8080"
"""The hub that the commands ask if they are not told."""

_LATEST = datetime(2199, 1, 1, tzinfo=UTC)
"""Whether a window is over is not judged here."""

Given = Mapping[str, str]
"""The parameters of the view's URL."""
Question = tuple[str, tuple[str, ...]]
"""The path and query below /api/v1, and the words after `meshhub`."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Three texts to paste."""

    link: str
    curl: str
    cli: str


def share(path: str, search: str, href: str) -> Shared:
    """How to come to the view at `path` (a page's path) again. `href` is the address of the browser."""
    origin = "/".join(href.split("/")[:3])
    given = dict(parse_qsl(search.lstrip("?"), keep_blank_values=True))
    api, words = _QUESTIONS.get(path, _graph)(given)
    hub = [] if origin == DEFAULT_HUB else ["--url", origin]
    return Shared(href, f"curl -s {shlex.quote(f'{origin}/api/v1/{api}')}", shlex.join(("meshhub", *words, *hub)))


def _graph(given: Given) -> Question:
    window, words = _window(given)
    if given.get(query.COMPARE):
        compared = query.write(**window, compare=given[query.COMPARE])
        return f"graph/diff{compared}", ("graph", "diff", *_compared(given, window["window"]))
    perspective = given.get(topology.PERSPECTIVE, "")
    asked = {
        "view": "" if perspective == Perspective.SERVICE else perspective,
        "idle": "" if given.get(query.IDLE) == "off" else "true",
        "find": given.get(topology.FIND, ""),
        "hide": given.get(topology.HIDE, ""),
    }
    part = [word for name in (topology.FIND, topology.HIDE) if asked[name] for word in (f"--{name}", asked[name])]
    return f"graph{query.write(**window, **asked)}", ("graph", *words, *part)


def _compared(given: Given, length: str) -> tuple[str, ...]:
    """The options of `meshhub graph diff`: a window that does not end now is written with both its ends."""
    end = given.get(query.END, "")
    after = length
    if end:
        try:
            window = read_window(length, None, end, now=_LATEST)
        except UnusableWindow:
            return ("--before", given[query.COMPARE], "--after", length)
        after = f"{_text(window.start)}/{_text(window.end)}"
    return ("--before", given[query.COMPARE], "--after", after)


def _text(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _request(given: Given) -> Question:
    request_id = given.get(query.REQUEST_ID, "").strip()
    if not request_id:
        return _expression("traces", given, requests.SORT)
    return f"requests/{quote(request_id)}", ("request", request_id)


def _logs(given: Given) -> Question:
    return _expression("logs", given, logs.ORDER)


def _expression(name: str, given: Given, order: str) -> Question:
    """What finds by an expression: the parameter `q`, which the command takes as its argument, in an order."""
    window, words = _window(given)
    text, by = given.get("q", "").strip(), given.get(order, "")
    sorting = (f"--{order}", by) if by else ()
    return f"{name}{query.write(q=text, **window, **{order: by})}", (name, *filter(None, [text]), *words, *sorting)


def _trace(given: Given) -> Question:
    trace_id = given.get(query.REQUEST_ID, "").strip() or "TRACE_ID"
    return f"traces/{quote(trace_id)}", ("trace", trace_id)


def _services(given: Given) -> Question:
    window, words = _window(given)
    service = given.get(query.REQUEST_ID, "").strip()
    if not service:
        return f"services{query.write(**window)}", ("services", *words)
    return f"services/{quote(service)}{query.write(**window)}", ("services", service, *words)


def _slos(given: Given) -> Question:
    name = given.get(slos.NAME, "")
    return (f"slos/{quote(name, safe='')}", ("slo", "explain", name)) if name else ("slos", ("slo", "list"))


def _alerts(given: Given) -> Question:
    alert = given.get(alerts.ALERT, "")
    if alert:
        return f"alerts/{quote(alert, safe='')}", ("alert", "show", alert)
    tab = given.get(alerts.TAB, "")
    if tab == alerts.Tab.LOG:
        return "notifications", ("alert", "notifications")
    return (tab if tab in ("silences", "receivers", "audit") else "alerts"), ("alert", "list")


def _hub(given: Given) -> Question:
    window, words = _window(given)
    return f"hub{query.write(**window)}", ("graph", *words)


def _findings(given: Given) -> Question:
    window, words = _window(given)
    return f"findings{query.write(**window)}", ("findings", *words)


def _mesh(given: Given) -> Question:
    if given.get(mesh.TAB) != mesh.Tab.HISTORY:
        return "doctor", ("doctor", "--proxies")
    version = given.get(mesh.VERSION, "")
    return f"wiring/history/{quote(version, safe='')}" if version else "wiring/history", ("wire", "history")


def _window(given: Given) -> tuple[dict[str, str], tuple[str, ...]]:
    """The window as parameters of the API and as options of a command."""
    window = {
        "window": given.get(query.WINDOW) or DEFAULT_WINDOW,
        "end": given.get(query.END, ""),
    }
    return window, tuple(part for key, value in window.items() if value for part in (f"--{key}", value))


_QUESTIONS: Mapping[str, Callable[[Given], Question]] = {
    "topology": _graph,
    "services": _services,
    "requests": _request,
    "trace": _trace,
    "logs": _logs,
    "findings": _findings,
    "slos": _slos,
    "alerts": _alerts,
    "mesh": _mesh,
    "hub": _hub,
}
"""By the path of a page; a page that is not here shares the graph."""
