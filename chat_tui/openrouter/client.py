"""The client: requests to OpenRouter, or to any server that speaks its API."""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self, cast

import httpx

from chat_tui.openrouter import errors, no_reply, sentences
from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.failure import failure_in_object, failure_in_reply
from chat_tui.openrouter.server import DEFAULT_BASE_URL, Server
from chat_tui.openrouter.stream import ChunkDecoder
from chat_tui.openrouter.types import Chunk, Completion, KeyInfo, ModelList, chunk_of_completion

APP_URL = "https://github.com/chat-tui/chat-tui"
APP_CATEGORIES = "general-chat,cli-agent"

_LARGEST_BODY = 256 * 1024 * 1024
_LARGEST_ERROR = 1024 * 1024
_DRAIN_SECONDS = 0.1
_GENERATION = re.compile(r"[\w.:-]{1,200}")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds.

    Args:
        connect: For a connection.
        headers: For the reply to begin when it streams. The server may hold it back while the model queues.
        headers_unstreamed: For the reply when it doesn't stream: the model writes all of it first.
        idle: Between bytes once the body streams; keep-alive comments count. Also for the catalogue and the key.
    """

    connect: float = 10.0
    headers: float = 300.0
    headers_unstreamed: float = 600.0
    idle: float = 60.0


class Client:
    """One HTTP client for one server and key; close it with `aclose()` or `async with`.

    The connection is made with the first request, which also is where a bad base URL, key or proxy setting is reported.
    Proxies of the environment are used, but never for loopback. Redirects are never followed.

    Args:
        key: The API key, or None for none.
        base_url: Up to and with the version: `https://openrouter.ai/api/v1`.
        timeouts: In seconds.
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
        timeouts: Timeouts = Timeouts(),
        transport: httpx.AsyncBaseTransport | None = None,
        app_title: str = "chat-tui",
        app_url: str = APP_URL,
        version: str = "0",
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeouts = timeouts
        self._server = Server(self.base_url, (key or "").strip() or None)
        self._transport = transport
        self._http: httpx.AsyncClient | None = None
        self._closed = False
        self._headers = {
            "User-Agent": f"chat-tui/{version}",
            "HTTP-Referer": app_url,
            "X-OpenRouter-Title": app_title,
            "X-Title": app_title,  # the name that older servers know
            "X-OpenRouter-Categories": APP_CATEGORIES,
        }

    def __repr__(self) -> str:
        return f"Client({self.base_url!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection; the client can't be used after."""
        self._closed = True
        if self._http is not None:
            await self._http.aclose()

    async def models(self) -> ModelList:
        """Return the catalogue, with models of every output (text, image, audio, …). Needs no key.

        Raises:
            OpenRouterError: No reply, an error, or no list of models.
        """
        text = await self._get("/models?output_modalities=all")
        try:
            return ModelList.parse(text)
        except ValueError as error:
            raise self._not_ours(text) from error

    async def key_info(self) -> KeyInfo:
        """Return the key's limit and use.

        Raises:
            OpenRouterError: No reply, an error, or something that isn't a key's description.
        """
        text = await self._get("/key")
        data = self._object(text).get("data")
        if not isinstance(data, dict):
            raise self._not_ours(text)
        return KeyInfo.read(data)

    async def complete(self, body: Mapping[str, Any]) -> Completion:
        """Return the completion of chat request `body`, all at once (`stream` is set to false).

        Raises:
            OpenRouterError: No reply, an error (also one under HTTP 200), or something that isn't a completion.
        """
        request = self._request(
            "POST", "/chat/completions", self.timeouts.headers_unstreamed, {**body, "stream": False}
        )
        async with self._reply(request, self.timeouts.headers_unstreamed) as response:
            value = self._answer(await self._body(response), _generation(response))
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
        request = self._request("POST", "/chat/completions", self.timeouts.headers, {**body, "stream": True})
        async with self._reply(request, self.timeouts.headers) as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind.endswith(("json", "html")):
                stream = await self._stream_of_whole(response)
            else:
                # httpx has one read time-out for headers and body; its transport looks it up before each of them.
                response.request.extensions["timeout"]["read"] = self.timeouts.idle
                stream = Stream(self._server, _generation(response), response, self.timeouts.idle)
            try:
                yield stream
            finally:
                await stream.aclose()

    async def _stream_of_whole(self, response: httpx.Response) -> Stream:
        generation = _generation(response)
        stream = Stream(self._server, generation)
        stream.take_whole(chunk_of_completion(self._answer(await self._body(response), generation)))
        return stream

    def _answer(self, text: str, generation: str | None) -> dict[str, Any]:
        """Return the JSON object of a completion that came whole.

        Raises:
            OpenRouterError: There is only an error in it, or something else.
        """
        value = self._object(text)
        if isinstance(value.get("choices"), list):
            return self._server.without_secrets_in_usage(value)
        if value.get("error"):
            failure = failure_in_object(self._server, value, generation=generation)
            raise sentences.status_error(failure) if failure.status else sentences.stream_fault(failure)
        raise self._not_ours(text)

    def _object(self, text: str) -> dict[str, Any]:
        try:
            value = decode_json(text)
        except ValueError as error:
            raise self._not_ours(text) from error
        if not isinstance(value, dict):
            raise self._not_ours(text)
        return value

    def _not_ours(self, text: str) -> errors.OpenRouterError:
        """Return the error for `text` that came under HTTP 200 and isn't what was asked for."""
        if sentences.is_web_page(text):
            return sentences.web_page(self._server, text, 200)
        with suppress(ValueError):
            value = decode_json(text)
            if isinstance(value, dict) and value.get("error"):
                return sentences.stream_fault(failure_in_object(self._server, value))
        return sentences.unreadable(self._server, 200)

    async def _get(self, path: str) -> str:
        async with self._reply(self._request("GET", path, self.timeouts.idle), self.timeouts.idle) as response:
            return await self._body(response)

    def _request(self, method: str, path: str, read: float, body: Mapping[str, Any] | None = None) -> httpx.Request:
        headers = {**self._headers, **self._server.authorization(), "Accept": "application/json"}
        content = None
        if body is not None:
            # Compressed events wait in the compressor's window; these don't.
            streamed = {"Accept": "text/event-stream", "Accept-Encoding": "identity"} if body["stream"] else {}
            headers |= {"Content-Type": "application/json", **streamed}
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_as_json).encode(
                "utf-8", "replace"
            )
        connect, idle = self.timeouts.connect, self.timeouts.idle
        timeout = httpx.Timeout(connect=connect, read=read, write=idle, pool=connect)
        url = f"{self._server.url}{path}"
        return self._client().build_request(method, url, headers=headers, content=content, timeout=timeout)

    def _client(self) -> httpx.AsyncClient:
        if self._closed:
            raise RuntimeError("the client is closed")
        if self._http is None:
            try:
                self._http = httpx.AsyncClient(
                    transport=self._transport,
                    trust_env=not self._server.is_loopback,
                    follow_redirects=False,
                    limits=httpx.Limits(max_connections=None, max_keepalive_connections=8),
                )
            except (ImportError, ValueError, httpx.InvalidURL) as error:
                raise errors.NoAnswer(
                    "The proxy that the environment names can't be used. Correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY; "
                    "an http:// address works."
                ) from error
            except OSError as error:
                raise errors.NoAnswer(
                    "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names can't be read, so nothing was sent. "
                    "Correct or unset it."
                ) from error
        return self._http

    @asynccontextmanager
    async def _reply(self, request: httpx.Request, wait: float) -> AsyncIterator[httpx.Response]:
        """Send `request`; give the reply when its status is 2xx, its body unread.

        Raises:
            OpenRouterError: No reply, or another status.
        """
        try:
            response = await self._client().send(request, stream=True)
        except httpx.TransportError as error:
            raise no_reply.network_error(error, self._server, wait) from error
        except UnicodeError as error:  # a host that the resolver can't even write
            raise errors.NoAnswer(f"The name of {self._server.origin} is no host's. Correct the base URL.") from error
        try:
            if not response.is_success:
                raise await self._refusal(response)
            yield response
        finally:
            await response.aclose()

    async def _refusal(self, response: httpx.Response) -> errors.OpenRouterError:
        status = response.status_code
        if status < 400:
            return sentences.redirected(self._server, status)
        try:
            body = _text(await self._read(response, _LARGEST_ERROR))
        except (httpx.TransportError, httpx.DecodingError):
            body = ""  # the status is known, and says enough
        if sentences.is_web_page(body) and status < 500 and status != 429:
            return sentences.web_page(self._server, body, status)
        return sentences.status_error(failure_in_reply(self._server, status, response.headers, body))

    async def _body(self, response: httpx.Response) -> str:
        try:
            body = await self._read(response, _LARGEST_BODY)
        except httpx.DecodingError as error:
            raise sentences.unreadable(self._server, response.status_code) from error
        except httpx.TransportError as error:
            raise no_reply.network_error(error, self._server, response.request.extensions["timeout"]["read"]) from error
        if len(body) > _LARGEST_BODY:
            raise sentences.unreadable(self._server, response.status_code)
        return _text(body)

    async def _read(self, response: httpx.Response, limit: int) -> bytearray:
        """Return the body, or its beginning as soon as that is longer than `limit` bytes."""
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > limit:
                break
        return body


class Stream:
    """The chunks of one reply, in order: iterate over it once.

    `generation` is the generation id, from the headers or the first chunk.
    """

    def __init__(
        self, server: Server, generation: str | None, response: httpx.Response | None = None, idle: float = 0.0
    ) -> None:
        self._server = server
        self._idle = idle
        self._decoder = ChunkDecoder(server, generation)
        self._pieces: AsyncGenerator[bytes, None] | None = None
        if response is not None:  # httpx types the generator that it is as an iterator, which couldn't be closed
            self._pieces = cast(AsyncGenerator[bytes, None], response.aiter_bytes())
        self._ready: deque[Chunk] = deque()

    @property
    def generation(self) -> str | None:
        """The generation id, as soon as it is known."""
        return self._decoder.generation

    def __aiter__(self) -> AsyncIterator[Chunk]:
        return self

    async def __anext__(self) -> Chunk:
        """Return the next chunk.

        Raises:
            StreamFault: The server said that the reply failed.
            CutOff: The stream ended in the middle.
            TimedOut: Nothing came within `Timeouts.idle`.
        """
        while not self._ready and not self._decoder.done:
            await self._receive()
        if self._ready:
            return self._ready.popleft()
        fault, self._decoder.fault = self._decoder.fault, None
        if fault is not None:
            raise fault
        raise StopAsyncIteration

    def take_whole(self, chunk: Chunk) -> None:
        """Take the one chunk of a reply that came whole."""
        self._ready += self._decoder.accept(chunk)
        self._decoder.end()

    async def aclose(self) -> None:
        """Let go of the connection: for another request when the reply ended, else by closing it."""
        if self._pieces is None:
            return
        if self._decoder.done:
            with suppress(TimeoutError, httpx.TransportError, httpx.DecodingError):
                async with asyncio.timeout(_DRAIN_SECONDS):
                    await anext(self._pieces, None)
        await self._pieces.aclose()

    async def _receive(self) -> None:
        if self._pieces is None:
            self._ready += self._decoder.end()
            return
        try:
            piece = await anext(self._pieces, None)
        except httpx.ReadTimeout:
            self._decoder.stop(no_reply.silent(self._server, self._idle, self.generation))
        except (httpx.TransportError, httpx.DecodingError):
            self._ready += self._decoder.end()  # lost: like an end, whole when the reply said that it was finished
        else:
            self._ready += self._decoder.end() if piece is None else self._decoder.feed(piece)


def _text(body: bytearray) -> str:
    return body.decode("utf-8-sig", "replace")


def _generation(response: httpx.Response) -> str | None:
    generation = response.headers.get("x-generation-id", "")
    return generation if _GENERATION.fullmatch(generation) else None


def _as_json(value: Any) -> Any:
    """Return what JSON has for the values that our decoder makes of it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
