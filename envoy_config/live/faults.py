"""What a Kubernetes API refuses, in words that say what to do."""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from meshhub.errors import MeshhubError

_MANAGER = re.compile(r'conflict with "([^"]*)"(?: with subresource "[^"]*")?(?: using (\S+?))?(?: at [^:]*)?(?::|$)')
_VERBS = {"GET": "get", "PATCH": "patch", "PUT": "update", "DELETE": "delete", "POST": "create"}


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that another manager owns."""

    field: str
    manager: str

    def __str__(self) -> str:
        return f"{self.field} is owned by {self.manager}"


class ApiFault(MeshhubError):
    """The API refused. `conflicts` are the fields that others own, where that is why."""

    def __init__(self, status: int, reason: str, message: str, conflicts: tuple[Conflict, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.conflicts = conflicts

    @classmethod
    def of(cls, status: int, body: str) -> "ApiFault":
        """From the answer of an API: its Status object, or whatever it says."""
        try:
            said: Any = json.loads(body)
        except ValueError:
            said = {}
        if not isinstance(said, dict) or "message" not in said:
            return cls(status, "", f"the API answered {status} {body[:300]}".strip())
        details = said.get("details") or {}
        causes = details.get("causes") or [] if isinstance(details, dict) else []
        conflicts = tuple(_conflict(each) for each in causes if each.get("reason") == "FieldManagerConflict")
        return cls(status, str(said.get("reason", "")), str(said["message"]), conflicts)


def explain(fault: ApiFault, verb: str, plural: str, group: str, namespace: str, name: str) -> ApiFault:
    """The fault with what it was about and what to do."""
    about = f"{plural}{f'.{group}' if group else ''} {namespace + '/' if namespace else ''}{name or '(all)'}"
    return ApiFault(fault.status, fault.reason, _text(fault, verb, about, plural, group, namespace), fault.conflicts)


def _text(fault: ApiFault, verb: str, about: str, plural: str, group: str, namespace: str) -> str:
    if fault.status == HTTPStatus.FORBIDDEN and " cannot " in str(fault):
        missing = f'the verb "{_VERBS.get(verb, verb.lower())}" on {plural} in apiGroup "{group}"'
        where = f" in the namespace {namespace}" if namespace else ""
        return f"{about}: not allowed: {missing}{where} is missing from the roles of this user ({fault})"
    if fault.status == HTTPStatus.UNAUTHORIZED:
        return f"{about}: the cluster does not know this user; log in again, or use another context"
    if fault.conflicts:
        owned = "; ".join(str(each) for each in fault.conflicts)
        return f"{about}: {owned}. Leave these fields to them, or take them with --force-conflicts"
    return f"{about}: {fault}"


def _conflict(cause: dict[str, Any]) -> Conflict:
    message = str(cause.get("message", ""))
    found = _MANAGER.search(message)
    return Conflict(str(cause.get("field", "")), found.group(1) if found else message)
