"""How requests fail before the first token: the documented error body, and the demo models that only fail."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

# The real server sends the account's id with many errors; clients must not show it.
_USER_ID = "user_demo0000000000000000000000"


@dataclass(frozen=True, slots=True)
class Fault:
    """A request that failed, as the client gets it.

    Args:
        status: The HTTP status; also `error.code`.
        message: `error.message`.
        metadata: `error.metadata`; left out when None.
        headers: Headers beside the ordinary ones.
        names_user: Whether the body has a `user_id`.
    """

    status: int
    message: str
    metadata: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    names_user: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the error body."""
        error: dict[str, Any] = {"message": self.message, "code": self.status}
        if self.metadata is not None:
            error["metadata"] = dict(self.metadata)
        return {"error": error, "user_id": _USER_ID} if self.names_user else {"error": error}


_RATE_LIMIT_HEADERS = {
    "X-RateLimit-Limit": "50",
    "X-RateLimit-Remaining": "0",
    "X-RateLimit-Reset": "1790553600000",  # epoch milliseconds, as recorded
}

_FAULTS = {
    "demo/error-401": Fault(401, "User not found."),
    "demo/error-429": Fault(
        429,
        "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
        metadata={
            "headers": _RATE_LIMIT_HEADERS,
            "limit_source": "openrouter_free_tier_daily",
            "remedy_hint": "Simulated: choose another model.",
            "provider_name": None,
        },
        headers={"Retry-After": "7", **_RATE_LIMIT_HEADERS},
        names_user=True,
    ),
    "demo/error-escape": Fault(
        502,
        "Provider returned error \x1b]52;c;cHduZWQ=\x07\x1b[2J [/foo] [bold]loud[/bold] \u202etxet\u202c",
        metadata={
            "raw": "\x1b[31mupstream\x1b[0m said \x9b2J [@click=app.quit]x[/] and \x07 rang",
            "provider_name": "Dem\x1b[8mo [/foo]\x9d0;title\x9c",
            "is_byok": False,
            "provider_error_code": "[red]\x1bc",
        },
        names_user=True,
    ),
}


def fault_of(model_id: str) -> Fault | None:
    """Return how every request to this model fails, or None for a model that answers."""
    return _FAULTS.get(model_id)
