"""How requests fail before the first token: the documented error bodies, and the demo models that only fail.

What the models answer is in `faults.json` beside this module, in the words of the wire.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

# The real server sends the account's id with many errors; clients must not show it.
_USER_ID = "user_demo0000000000000000000000"


@dataclass(frozen=True, slots=True)
class Fault:
    """A request that failed, as the client gets it.

    Args:
        status: The HTTP status.
        body: The JSON object of the response; a text is the page of a proxy, in HTML.
        headers: Headers beside the ordinary ones.
    """

    status: int
    body: Mapping[str, Any] | str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def error(self) -> Mapping[str, Any]:
        """The `error` object; empty when the body is a page."""
        error = self.body.get("error", {}) if not isinstance(self.body, str) else {}
        return error if isinstance(error, Mapping) else {}


def refusal(
    status: int,
    message: str,
    metadata: Mapping[str, Any] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    names_user: bool = False,
) -> Fault:
    """Refuse a request with the ordinary error body.

    Args:
        status: The HTTP status; also `error.code`.
        message: `error.message`.
        metadata: `error.metadata`; left out when None.
        headers: Headers beside the ordinary ones.
        names_user: Whether the body has a `user_id`.
    """
    error: dict[str, Any] = {"message": message, "code": status}
    if metadata is not None:
        error["metadata"] = dict(metadata)
    body = {"error": error, "user_id": _USER_ID} if names_user else {"error": error}
    return Fault(status, body, headers or {})


def invalid_query(path: str, message: str) -> Fault:
    """Refuse a parameter of a query: its validation has an error shape of its own, without a code."""
    problem = json.dumps([{"code": "invalid_value", "path": [path], "message": message}])
    return Fault(400, {"success": False, "error": {"name": "ZodError", "message": problem}})


@cache
def faults() -> dict[str, Fault]:
    """Read the faults: by the id of the model that fails so."""
    document = json.loads(resources.files(__package__).joinpath("faults.json").read_text(encoding="utf-8"))
    return {
        model_id: Fault(facts["status"], facts.get("html") or facts["body"], facts.get("headers", {}))
        for model_id, facts in document.items()
    }


# These answer in the end, or fail only in the stream: their faults aren't for every request.
_SOMETIMES = ("demo/flaky", "demo/flaky-first")


def fault_of(model_id: str) -> Fault | None:
    """Return how every request to this model fails, or None for a model that answers."""
    return None if model_id in _SOMETIMES else faults().get(model_id)


class Patience:
    """How often each conversation was refused by a model that answers in the end."""

    def __init__(self) -> None:
        self._refused: dict[tuple[str, str, int], int] = {}

    def refuses(self, model_id: str, session_id: str | None, digest: int) -> bool:
        """Say whether this request is one that the model refuses, and remember that.

        Args:
            model_id: The model.
            session_id: The session that the client named.
            digest: The same whenever the same messages are sent.
        """
        refusals = {"demo/flaky": 2, "demo/flaky-first": 1}.get(model_id, 0)
        conversation = (model_id, session_id or "", digest)
        refused = self._refused.get(conversation, 0)
        if refused >= refusals:
            return False
        self._refused[conversation] = refused + 1
        return True
