"""CEL expressions as parsed trees (cel.expr.Expr), for where Envoy takes no text."""

from itertools import count

from envoy_config.emit.messages import Message


class CelWriter:
    """Makes the nodes of one expression, each with an id of its own."""

    def __init__(self) -> None:
        self._ids = count(1)

    def constant(self, value: str | int) -> Message:
        """A text or a whole number (int64 is a text in JSON)."""
        const = {"string_value": value} if isinstance(value, str) else {"int64_value": str(value)}
        return self._node(const_expr=const)

    def select(self, variable: str, field: str) -> Message:
        """variable.field"""
        return self._node(select_expr={"operand": self._node(ident_expr={"name": variable}), "field": field})

    def call(self, function: str, *arguments: Message, target: Message | None = None) -> Message:
        """A function or operator; with a target, its method."""
        on = {} if target is None else {"target": target}
        return self._node(call_expr={**on, "function": function, "args": list(arguments)})

    def chance(self, percent: float) -> Message:
        """True for this share of requests, in steps of 0.1 %: by the millisecond in which they began."""
        moment = self.call("getMilliseconds", target=self.select("request", "time"))
        return self.call("_<_", moment, self.constant(round(percent * 10)))

    def _node(self, **content: Message) -> Message:
        return {"id": str(next(self._ids)), **content}
