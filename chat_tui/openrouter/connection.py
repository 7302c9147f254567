"""The HTTP connections to one server: requests go out, replies come in, and every failure is one of our errors."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from chat_tui.openrouter import errors, no_reply, sentences
from chat_tui.openrouter.bodies import Pieces, content_of, encoded
from chat_tui.openrouter.course import Course
from chat_tui.openrouter.failure import failure_in_reply
from chat_tui.openrouter.file_text import FileGoneError
from chat_tui.openrouter.recording import Recording
from chat_tui.openrouter.server import Server
from chat_tui.openrouter.stream import LONGEST_EVENT

OPTIONAL_HEADERS = frozenset(
    {
        "x-session-id",
        "x-openrouter-metadata",
        "x-anthropic-beta",
        "x-openrouter-cache",
        "x-openrouter-cache-ttl",
        "x-openrouter-cache-clear",
    }
)
"""What a request may have beside the usual headers, in small letters."""
MASK = "••••••••"
"""What stands in the place of a key."""

_LARGEST_ERROR = 1024 * 1024
_SENDABLE = re.compile(r"[ -~]{0,2000}")
_GENERATION = re.compile(r"(?!sk-or-|user_)[\w.:-]{1,200}")


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


class Connection:
    """A pool of connections to `server`, opened with the first request; no redirect is ever followed.

    Args:
        server: Where requests go, and the key.
        timeouts: In seconds.
        headers: Sent with every request.
        transport: Replaces the network, in tests.
    """

    def __init__(
        self,
        server: Server,
        timeouts: Timeouts,
        headers: Mapping[str, str],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.server = server
        self.timeouts = timeouts
        self._headers = headers
        self._transport = transport
        self._http: httpx.AsyncClient | None = None
        self._making = threading.Lock()
        self._closed = False

    async def aclose(self) -> None:
        """Close every connection; there can be no request after."""
        self._closed = True
        if self._http is not None:
            await self._http.aclose()

    async def fetch(self, path: str, body: Mapping[str, Any] | None = None) -> str:
        """Return the body of the reply to `path`, which begins below the base URL and is encoded.

        Args:
            path: What is asked for, by GET.
            body: JSON that is sent along, by POST.

        Raises:
            OpenRouterError: No reply, or an error status.
        """
        headers = {"Accept": "application/json"} | ({} if body is None else {"Content-Type": "application/json"})
        content = None if body is None else encoded(body)
        request = self._request("GET" if body is None else "POST", path, headers, self.timeouts.idle, content)
        async with self.reply(request) as response:
            return await self.body(response)

    async def post(
        self,
        path: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None,
        patience: float,
        recording: Recording | None = None,
    ) -> httpx.Request:
        """Return a request with `body`, whose reply is a stream when its `stream` is true.

        Args:
            path: Encoded, below the base URL.
            body: JSON; what our decoder makes of it is taken too, and `FileText`, which is read while it is sent.
            headers: Of those in `OPTIONAL_HEADERS`.
            patience: How long the reply may take to begin, in seconds.
            recording: Hears how much of it has left, where files stand in it.

        Raises:
            OpenRouterError: The base URL, the key, the proxy or a header can't be used, or a file can't be read.
            ValueError: A header isn't one of those.
            TypeError: There is something in the body that JSON doesn't have.
        """
        own = {"Accept": "application/json", "Content-Type": "application/json"}
        if body["stream"]:
            # Compressed events wait in the compressor's window; these don't.
            own |= {"Accept": "text/event-stream", "Accept-Encoding": "identity"}
        own |= _checked(headers or {})
        try:
            content = await asyncio.to_thread(self._content, body)
        except FileGoneError as error:
            raise _gone(error) from error
        if isinstance(content, Pieces):
            own["Content-Length"] = str(len(content))
            content.recording = recording
        return self._request("POST", path, own, patience, content)

    def _content(self, body: Mapping[str, Any]) -> bytes | Pieces:
        """Return `body` as it leaves; blocks, and makes the client too, for its certificates take a few frames.

        Raises:
            FileGoneError: A file isn't there.
            OpenRouterError: as of `http`.
            TypeError: There is something in it that JSON doesn't have.
        """
        with self._making:
            self.http()
        return content_of(body)

    def shown_headers(self, more: Mapping[str, str]) -> dict[str, str]:
        """Return the headers that say who asks and for what, `more` among them, with the key masked."""
        masked = {"Authorization": f"Bearer {MASK}"} if self.server.key else {}
        return {**self._headers, **masked, **more}

    def _masked(self, request: httpx.Request) -> dict[str, str]:
        """Return the headers that go out, the key masked."""
        sent = {name.decode(): self.server.without_keys(value.decode()) for name, value in request.headers.raw}
        return sent | ({"Authorization": f"Bearer {MASK}"} if "Authorization" in sent else {})

    def _request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        patience: float,
        content: bytes | Pieces | None = None,
    ) -> httpx.Request:
        headers = {**self._headers, **self.server.authorization(), **headers}
        connect, idle = self.timeouts.connect, self.timeouts.idle
        timeout = httpx.Timeout(connect=connect, read=patience, write=idle, pool=connect)
        try:
            url = httpx.URL(f"{self.server.url}{path}")
        except httpx.InvalidURL as error:
            raise errors.BadRequest(
                "The address of what was asked for is longer than any is, so nothing was sent. Check its name."
            ) from error
        return self.http().build_request(
            method, url, headers=headers, content=content, timeout=timeout, extensions={"trace": _Opening()}
        )

    def http(self) -> httpx.AsyncClient:
        """Return the HTTP client; proxies of the environment are used, but never for loopback.

        Raises:
            NoAnswer: The environment's proxy or certificates can't be used.
        """
        if self._closed:
            raise RuntimeError("the client is closed")
        if self._http is None:
            try:
                self._http = httpx.AsyncClient(
                    transport=self._transport,
                    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none: the API has no use for any
                    trust_env=not self.server.is_loopback,
                    follow_redirects=False,
                    limits=httpx.Limits(max_connections=None, max_keepalive_connections=8),
                )
            except (ImportError, ValueError, httpx.InvalidURL) as error:
                raise errors.NoAnswer(
                    "The proxy that the environment names can't be used. Correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY; "
                    "an http:// address works.",
                    actions=("check_network",),
                ) from error
            except OSError as error:
                raise errors.NoAnswer(
                    "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names can't be read, so nothing was sent. "
                    "Correct or unset it.",
                    actions=("check_network",),
                ) from error
        return self._http

    @asynccontextmanager
    async def reply(self, request: httpx.Request, recording: Recording | None = None) -> AsyncIterator[httpx.Response]:
        """Send `request`; give the reply when its status is 2xx, its body unread.

        Args:
            request: What `post` returned.
            recording: Hears of both.

        Raises:
            OpenRouterError: No reply, or another status.
        """
        if recording is not None:
            recording.send(self.server.without_keys(str(request.url)), self._masked(request), self.server.without_keys)
        try:
            response = await self.http().send(request, stream=True)
        except httpx.TransportError as error:
            raise no_reply.network_error(error, self.server, _read_timeout(request)) from error
        except FileGoneError as error:
            raise _gone(error) from error
        except UnicodeError as error:  # a host that the resolver can't even write
            raise errors.NoAnswer(
                f"The name of {self.server.origin} is no host's. Correct the base URL.", actions=("check_base_url",)
            ) from error
        if recording is not None:
            recording.answer(response.status_code, response.headers)
        try:
            if "," in response.headers.get("content-encoding", ""):  # 5 KB that are packed twice can hold 3 GB
                raise sentences.unreadable(self.server, response.status_code)
            if not response.is_success:
                raise await self._refusal(response, recording)
            yield response
        finally:
            await response.aclose()

    async def body(self, response: httpx.Response) -> str:
        """Return all of the body as text.

        Raises:
            OpenRouterError: It doesn't come, is longer than any reply, or can't be decoded.
        """
        try:
            body = await _read(response, LONGEST_EVENT)
        except httpx.DecodingError as error:
            raise sentences.unreadable(self.server, response.status_code) from error
        except httpx.TransportError as error:
            raise no_reply.network_error(error, self.server, _read_timeout(response.request)) from error
        if len(body) > LONGEST_EVENT:
            raise errors.NotOpenRouter(
                f"{self.server.name} sent an answer of more than {LONGEST_EVENT // 2**20} MiB, longer than any is. "
                "Choose another model or provider, or check the base URL.",
                code=str(response.status_code),
                actions=("other_model", "other_provider", "check_base_url"),
            )
        return _text(body)

    async def _refusal(self, response: httpx.Response, recording: Recording | None) -> errors.OpenRouterError:
        status = response.status_code
        if status < 400:
            return sentences.redirected(self.server, status)
        try:
            async with asyncio.timeout(self.timeouts.idle):
                body = _text(await _read(response, _LARGEST_ERROR))
        except (TimeoutError, httpx.TransportError, httpx.DecodingError):
            body = ""  # the status is known, and says enough
        if recording is not None and body:
            recording.hear(body)
        if sentences.is_web_page(body) and status < 500 and status != 429:
            return sentences.web_page(self.server, body, status)
        return sentences.status_error(failure_in_reply(self.server, status, response.headers, body))


def _checked(headers: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in headers.items():
        if name.lower() not in OPTIONAL_HEADERS:
            raise ValueError(f"no header for a request: {name}")
        if not _SENDABLE.fullmatch(value):
            raise errors.BadRequest(
                f"The value of the header {name} has characters that no header carries, or too many, so nothing was "
                "sent. Correct it in the settings."
            )
    return headers


def _gone(error: FileGoneError) -> errors.BadRequest:
    return errors.BadRequest(str(error), actions=("attach_less",))


def generation_of(response: httpx.Response) -> str | None:
    """Return the generation id in the reply's headers."""
    generation = response.headers.get("x-generation-id", "")
    return generation if _GENERATION.fullmatch(generation) else None


class _Opening(Course):
    """Also closes a connection when its TLS handshake is cancelled: httpcore does so only after an error."""

    def __init__(self) -> None:
        super().__init__()
        self._stream: Any = None

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:
        await super().__call__(event, info)
        if event.endswith(".connect_tcp.complete"):
            self._stream = info["return_value"]
        elif event.endswith(".start_tls.failed") and self._stream is not None:
            await self._stream.aclose()


async def _read(response: httpx.Response, limit: int) -> bytearray:
    """Return the body, or its beginning as soon as that is longer than `limit` bytes."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > limit:
            break
    return body


def _read_timeout(request: httpx.Request) -> float:
    """Return the seconds that the reply may take to begin."""
    seconds: float = request.extensions["timeout"]["read"]
    return seconds


def _text(body: bytearray) -> str:
    return body.decode("utf-8-sig", "replace")
