"""Responses of the emulator: JSON, faults, streams that are settled when they end, and connections that break."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from chat_tui.demo.completion import encoded
from chat_tui.demo.faults import Fault


def json_response(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON."""
    return Response(encoded(value), status, dict(headers or {}), "application/json")


def failure(fault: Fault) -> Response:
    """Answer with a fault."""
    if isinstance(fault.body, str):
        return Response(fault.body, fault.status, dict(fault.headers), "text/html")
    return json_response(fault.body, fault.status, fault.headers)


class Streamed(StreamingResponse):
    """A response in pieces.

    Args:
        body: The pieces.
        headers: Headers beside the ordinary ones.
        media_type: The type of the body.
        is_cut: Whether it never says that it is complete: the server then closes the connection under it.
        ended: Called when it is over, also when the client has left.
    """

    def __init__(
        self,
        body: AsyncIterator[bytes],
        *,
        headers: Mapping[str, str],
        media_type: str,
        is_cut: bool,
        ended: Callable[[], None],
    ) -> None:
        super().__init__(body, headers=headers, media_type=media_type)
        self._is_cut = is_cut
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended()

    async def stream_response(self, send: Send) -> None:
        if not self._is_cut:
            await super().stream_response(send)
            return
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for chunk in self.body_iterator:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


class Silence(Response):
    """No response at all, until the client leaves.

    Args:
        ended: Called when it has left.
    """

    def __init__(self, ended: Callable[[], None]) -> None:
        super().__init__()
        self._ended = ended

    async def __call__(self, _: Scope, receive: Receive, __: Send) -> None:
        message: dict[str, Any] | Any = {}
        try:
            while message.get("type") != "http.disconnect":
                message = await receive()
        finally:
            self._ended()
