"""Failures of the network, as errors for people."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from chat_tui.openrouter import errors
from chat_tui.openrouter.sentences import duration
from chat_tui.openrouter.server import Server


def network_error(error: httpx.TransportError, server: Server, waited: float) -> errors.OpenRouterError:
    """Return the error for a request that got no reply; `waited` is the time-out for one, in seconds."""
    origin = server.origin
    if isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)):
        return errors.TimedOut(
            f"No connection to {origin} came about in time. Check the network, then send it again.", retryable=True
        )
    if isinstance(error, httpx.TimeoutException):
        return errors.TimedOut(
            f"{origin} didn't answer within {duration(waited)}. Send it again, or choose another model."
        )
    if isinstance(error, httpx.ProxyError):
        return errors.NoAnswer(
            f"The proxy on the way to {origin} refused the connection. Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY."
        )
    if isinstance(error, httpx.ConnectError):
        return _not_connected(error, server)
    if isinstance(error, httpx.UnsupportedProtocol):
        return errors.NoAnswer(f"{origin} can't be reached: the address isn't http or https. Correct the base URL.")
    return errors.NoAnswer(
        f"The connection to {origin} was lost before an answer came. Whether the request arrived isn't known; "
        "send it again if nothing shows up in the activity."
    )


def silent(server: Server, idle: float, generation: str | None) -> errors.TimedOut:
    """Return the error for a stream in which nothing came for `idle` seconds."""
    return errors.TimedOut(
        f"The reply went silent: nothing came from {server.origin} for {duration(idle)}. "
        "What came is kept; send the prompt again.",
        generation=generation,
    )


def _not_connected(error: httpx.ConnectError, server: Server) -> errors.NoAnswer:
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return errors.NoAnswer(
            f"The name of {server.origin} can't be found. Is this computer offline, or the base URL mistyped?",
            retryable=True,
        )
    failed_tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if failed_tls is not None:
        why = getattr(failed_tls, "verify_message", "") or "it doesn't speak TLS as it should"
        return errors.NoAnswer(
            f"The connection to {server.origin} isn't secure ({why}), so nothing was sent. "
            "Check the clock, a proxy that inspects traffic (SSL_CERT_FILE), and the base URL."
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return errors.NoAnswer(f"Nothing answers at {server.origin}. Is the server running?", retryable=True)
    return errors.NoAnswer(
        f"{server.origin} can't be reached. Check the network and the base URL, then send it again.", retryable=True
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and everything behind it, members of groups included."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        cause = waiting.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        members = cause.exceptions if isinstance(cause, BaseExceptionGroup) else ()
        waiting += [behind for behind in (cause.__cause__, cause.__context__, *members) if behind is not None]
