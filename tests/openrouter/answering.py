"""Servers that always answer the same, and the error that a call then raises."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from chat_tui.openrouter import errors
from chat_tui.openrouter.client import Client
from tests.openrouter.wire import Handler, client_of

Call = Callable[[Client], Awaitable[Any]]


def answering(reply: httpx.Response, asked: list[httpx.Request] | None = None) -> Handler:
    def answer(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        return reply

    return answer


async def error_of(call: Call, handler: Handler, base_url: str = "https://openrouter.ai/api/v1") -> Exception:
    async with client_of(handler, base_url=base_url) as client:
        with pytest.raises(errors.OpenRouterError) as caught:
            await call(client)
    return caught.value
