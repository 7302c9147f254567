"""The client: requests to OpenRouter, or to any server that speaks its API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx

from chat_tui.openrouter import answers, errors
from chat_tui.openrouter.account import KeyInfo
from chat_tui.openrouter.catalogue import ModelList
from chat_tui.openrouter.connection import Connection, Timeouts, generation_of
from chat_tui.openrouter.receiving import Stream
from chat_tui.openrouter.server import DEFAULT_BASE_URL, Server
from chat_tui.openrouter.stream import ChunkDecoder
from chat_tui.openrouter.types import Completion, chunk_of_completion

__all__ = ["Client", "Stream", "Timeouts"]

APP_URL = "https://github.com/chat-tui/chat-tui"
APP_CATEGORIES = "general-chat,cli-agent"


class Client:
    """One HTTP client for one server and key; close it with `aclose()` or `async with`.

    The connection is made with the first request, which also is where a bad base URL, key or proxy setting is reported.
    Proxies of the environment are used, but never for loopback. Redirects are never followed.

    Args:
        key: The API key, or None for none.
        base_url: Up to and with the version: `https://openrouter.ai/api/v1`.
        timeouts: In seconds; None for the usual ones.
        transport: Replaces the network, in tests.
        app_title: The application's name in OpenRouter's activity and rankings.
        app_url: Identifies the application there.
        version: The application's version, for `User-Agent`.
    """

    def __init__(
        self,
        key: str | None,
        base_url: str = DEFAULT_BASE_URL,
        *,
        timeouts: Timeouts | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        app_title: str = "chat-tui",
        app_url: str = APP_URL,
        version: str = "0",
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeouts = timeouts or Timeouts()
        self._server = Server(self.base_url, (key or "").strip() or None)
        headers = {
            "User-Agent": f"chat-tui/{version}",
            "HTTP-Referer": app_url,
            "X-OpenRouter-Title": app_title,
            "X-Title": app_title,  # the name that older servers know
            "X-OpenRouter-Categories": APP_CATEGORIES,
        }
        self._connection = Connection(self._server, self.timeouts, headers, transport)

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection; the client can't be used after."""
        await self._connection.aclose()

    async def models(self) -> ModelList:
        """Return the catalogue, with models of every output (text, image, audio, …). Needs no key.

        Raises:
            OpenRouterError: No reply, an error, or no list of models.
        """
        text = await self._connection.get("/models?output_modalities=all")
        try:
            return ModelList.parse(text)
        except ValueError as error:
            raise answers.not_ours(self._server, text) from error

    async def key_info(self) -> KeyInfo:
        """Return the key's limit and use.

        Raises:
            OpenRouterError: No reply, an error, or something that isn't a key's description.
        """
        text = await self._connection.get("/key")
        data = answers.json_object(self._server, text).get("data")
        if not isinstance(data, dict):
            raise answers.not_ours(self._server, text)
        return KeyInfo.read(data)

    async def complete(self, body: Mapping[str, Any]) -> Completion:
        """Return the completion of chat request `body`, all at once (`stream` is set to false).

        Raises:
            OpenRouterError: No reply, an error (also one under HTTP 200), or something that isn't a completion.
        """
        request = self._connection.request(
            "POST", "/chat/completions", self.timeouts.headers_unstreamed, {**body, "stream": False}
        )
        async with self._connection.reply(request) as response:
            text = await self._connection.body(response)
        value = answers.whole_completion(self._server, text, generation_of(response))
        decoder = ChunkDecoder(self._server)
        decoder.accept(chunk_of_completion(value))
        decoder.end()
        if isinstance(decoder.fault, errors.StreamFault):
            raise decoder.fault
        return Completion.read(value)

    @asynccontextmanager
    async def stream(self, body: Mapping[str, Any]) -> AsyncIterator[Stream]:
        """Send chat request `body` (`stream` is set to true) on entering; leaving closes the connection.

        Raises:
            OpenRouterError: On entering: no reply, or an error before the first byte of the body.
        """
        request = self._connection.request("POST", "/chat/completions", self.timeouts.headers, {**body, "stream": True})
        async with self._connection.reply(request) as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind.endswith(("json", "html")):
                stream = await self._stream_of_whole(response)
            else:
                # httpx has one read time-out for headers and body; its transport looks it up before each of them.
                response.request.extensions["timeout"]["read"] = self.timeouts.idle
                stream = Stream(self._server, generation_of(response), response, self.timeouts.idle)
            try:
                yield stream
            finally:
                await stream.aclose()

    async def _stream_of_whole(self, response: httpx.Response) -> Stream:
        generation = generation_of(response)
        text = await self._connection.body(response)
        stream = Stream(self._server, generation)
        stream.take_whole(chunk_of_completion(answers.whole_completion(self._server, text, generation)))
        return stream
