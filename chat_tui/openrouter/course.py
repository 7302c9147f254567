"""How far a request got on its way, as the HTTP library tells it.

Put a `Course` into the request's `trace` extension. A failed connection doesn't say by itself whether it was one to a
proxy, nor whether the request had left: a request that never left whole can be sent again without being billed twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx


class Course:
    """The way of one request: to the proxy, through it, sent, answered."""

    def __init__(self) -> None:
        self.contacted: tuple[str, int] | None = None
        """The host and port that a connection was opened to; None when there was one, or nothing is known."""
        self.sent: bool | None = None
        """Whether all of the request was handed over; None when that isn't known."""
        self.answered = False
        """Whether the reply's headers came."""
        self._method = b""

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a step (httpcore's `trace` extension)."""
        step = event.partition(".")[2]
        if step == "connect_tcp.started":
            self.contacted, self.sent = (str(info["host"]), int(info["port"])), False
        elif step == "send_request_headers.started":
            self._method, self.sent = info["request"].method, False
        elif step == "send_request_body.complete" and self._method != b"CONNECT":
            self.sent = True
        elif step == "receive_response_headers.complete":
            if self._method == b"CONNECT":
                self._is_through(info["return_value"])
            else:
                self.answered = True

    def proxy(self, url: httpx.URL) -> str | None:
        """Return the host and port of the proxy at which the request to `url` still is, None when it is past it."""
        own = (url.raw_host.decode("ascii"), url.port or {"http": 80, "https": 443}.get(url.scheme, 0))
        if self.contacted is None or self.sent or self.contacted == own:
            return None
        host, port = self.contacted
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    def _is_through(self, reply: tuple[bytes, int, bytes, Any]) -> None:
        if 200 <= reply[1] < 300:
            self.contacted = None


def course_of(request: httpx.Request) -> Course:
    """Return how far `request` got; a course that knows nothing where nobody followed it."""
    course = request.extensions.get("trace")
    return course if isinstance(course, Course) else Course()
