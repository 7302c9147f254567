"""Keys: every key is as good as another here, except the one that is refused and none."""

from starlette.requests import Request

from chat_tui.demo.faults import Fault, refusal

DEMO_KEY = "sk-or-v1-demo-this-is-not-a-real-key"
INVALID_KEY = "sk-or-v1-invalid"
LIMITED_KEY = "sk-or-v1-demo-may-not-save-presets"


def key_of(request: Request) -> str | Fault:
    """Return a request's key, or the 401 that the client gets."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return refusal(401, "No cookie auth credentials found")
    return refusal(401, "User not found.") if key.strip() == INVALID_KEY else key.strip()
