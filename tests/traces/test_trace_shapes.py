"""Structure, comparison, flames, statistics, map and search of a trace, by value."""

from dataclasses import replace

from meshhub.testing.otlp import Proxy
from meshhub.testing.records import span_record
from storage.records.spans import Span
from traces.flame import flames
from traces.journey import Evidence
from traces.structure import Change, compare, shape
from traces.trace import build_trace
from traces.trace_find import find
from traces.trace_map import map_trace
from traces.trace_model import Trace
from traces.trace_statistics import by_operation, by_service, proxy_overhead_ns

SHOP, CART = Proxy("shop"), Proxy("cart")
MS = 1_000_000


def made_of(*spans: Span) -> Trace:
    return build_trace("ab" * 16, Evidence((), spans, ()))


def step(proxy: Proxy, name: str, number: int, parent: int, at: float, length: float, **changes: object) -> Span:
    above = f"{parent:016x}" if parent else ""
    return span_record(proxy, f"{number:016x}", above, at, length, name=name, **changes)


def checkout(*, calls: int = 2, extra: bool = False, failing: bool = False) -> Trace:
    spans = [step(SHOP, "checkout", 1, 0, 0, 100)]
    spans += [
        step(CART, "get", 2 + n, 1, 10 + 20 * n, 10, status_code="error" if failing else "unset") for n in range(calls)
    ]
    if extra:
        spans.append(step(CART, "lock", 50, 1, 90, 5))
    return made_of(*spans)


def test_spans_with_the_same_path_are_one() -> None:
    found = shape(checkout())
    assert [(each.step, each.depth, each.spans, each.length_ns // MS, each.self_ns // MS) for each in found] == [
        (("shop", "checkout"), 0, 1, 100, 80),
        (("cart", "get"), 1, 2, 20, 20),
    ]


def test_two_traces_are_compared_path_by_path() -> None:
    found = compare(checkout(), checkout(calls=3, extra=True, failing=True))
    assert [(each.step[1], each.depth, each.change) for each in found] == [
        ("checkout", 0, Change.SAME),
        ("get", 1, Change.COUNT),
        ("lock", 1, Change.ADDED),
    ]
    back = compare(checkout(extra=True), checkout(failing=True))
    assert [(each.step[1], each.change) for each in back] == [
        ("checkout", Change.SAME),
        ("get", Change.ERRORS),
        ("lock", Change.REMOVED),
    ]
    assert back[1].longer_ns == 0
    assert compare(made_of(), made_of()) == ()


def test_flames_hold_what_is_below_them() -> None:
    boxes = flames(shape(checkout(extra=True)), 10)
    assert [(box.shape.step[1], box.left_ns // MS, box.width_ns // MS) for box in boxes] == [
        ("checkout", 0, 100),
        ("get", 0, 20),
        ("lock", 20, 5),
    ]
    assert [box.shape.step[1] for box in flames(shape(checkout(extra=True)), 2)] == ["checkout", "get"]


def test_figures_are_by_service_and_by_operation() -> None:
    made = checkout(failing=True)
    cart = next(each for each in by_service(made) if each.service == "cart")
    assert (cart.spans, cart.errors, cart.total_ns // MS, cart.mean_ns // MS, cart.critical_ns // MS) == (
        2,
        2,
        20,
        10,
        20,
    )
    assert [(each.service, each.operation) for each in by_operation(made)] == [("shop", "checkout"), ("cart", "get")]


def test_the_overhead_of_proxies_is_added_up() -> None:
    made = made_of(
        step(CART, "ingress", 1, 0, 0, 20, kind="server", component="proxy"),
        step(CART, "get", 2, 1, 4, 13, kind="server"),
    )
    assert proxy_overhead_ns(made) == 7 * MS


def test_the_map_counts_calls_between_services() -> None:
    found = map_trace(checkout(failing=True))
    assert [(node.service, node.depth, node.spans) for node in found.nodes] == [("shop", 0, 1), ("cart", 1, 2)]
    assert [(edge.source, edge.target, edge.calls, edge.errors) for edge in found.edges] == [("shop", "cart", 2, 2)]


def test_search_inside_finds_text_and_attributes() -> None:
    made = made_of(
        step(SHOP, "checkout", 1, 0, 0, 10, attributes={"order": "A-91"}, resource_attributes='{"zone": "Eu-1"}'),
        step(CART, "get", 2, 1, 1, 2, component="proxy", response_code=503, events=[(0, "Retry", {"why": "Reset"})]),
    )
    assert find(made, "") == ()
    assert find(made, " a-9 ") == (0,)
    assert find(made, "order=a-91") == (0,)
    assert find(made, "order=b") == ()
    assert find(made, "zone=eu") == (0,)
    assert find(made, "http.status_code=503") == (1,)
    assert find(made, "why=reset") == (1,)
    assert find(made, "retry") == (1,)
    assert find(made, "service=cart") == (1,)
    assert find(replace(made, spans=()), "x") == ()
