"""Failures of the network, as errors for people."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator

import httpx

from chat_tui.openrouter import errors
from chat_tui.openrouter.course import Course, course_of
from chat_tui.openrouter.sentences import duration
from chat_tui.openrouter.server import Server
from chat_tui.text import one_line

_PROXY_SETTINGS = "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY"
_STATUS = re.compile(r"[1-5]\d\d\b")
_LONGEST_ADDRESS = 100


def network_error(error: httpx.TransportError, server: Server, waited: float) -> errors.OpenRouterError:
    """Return the error for a request that got no reply, or not all of it.

    A request that can't have arrived whole may be sent again, and so may one that only asks. After any other the model
    may be at work, and be paid for.

    Args:
        error: What the HTTP library raised; its request has a `Course`, where more is known.
        server: The server that was asked.
        waited: The time-out for the reply, in seconds.
    """
    request = error.request
    course = course_of(request)
    harmless = course.sent is False or request.method == "GET"
    proxy = course.proxy(request.url)
    if isinstance(error, httpx.ProxyError):
        return _proxy_refused(error, server, proxy)
    if proxy is not None:
        return _proxy_out_of_reach(error, proxy)
    if isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)):
        return errors.TimedOut(
            f"No connection to {server.origin} came about in time. Check the network, then send it again.",
            retryable=True,
            actions=("check_network", "retry"),
        )
    if isinstance(error, httpx.TimeoutException):
        return _too_slow(error, server, waited, course, harmless=harmless)
    if isinstance(error, httpx.ConnectError):
        return _not_connected(error, server)
    if isinstance(error, httpx.UnsupportedProtocol):
        return errors.NoAnswer(
            f"{server.origin} can't be reached: the address isn't http or https. Correct the base URL.",
            actions=("check_base_url",),
        )
    if isinstance(error, httpx.RemoteProtocolError) and not _is_hang_up(error):
        return errors.NoAnswer(
            f"What answers at {server.origin} doesn't speak HTTP. Check the host and the port of the base URL.",
            actions=("check_base_url", "check_network"),
        )
    return _lost(server, course, harmless=harmless)


def silent(server: Server, idle: float, generation: str | None) -> errors.TimedOut:
    """Return the error for a stream in which nothing came for `idle` seconds."""
    return errors.TimedOut(
        f"The reply went silent: nothing came from {server.origin} for {duration(idle)}. "
        "What came is kept; send the prompt again.",
        generation=generation,
    )


def _too_slow(
    error: httpx.TimeoutException, server: Server, waited: float, course: Course, *, harmless: bool
) -> errors.TimedOut:
    if isinstance(error, httpx.WriteTimeout):
        return errors.TimedOut(
            f"{server.origin} didn't take the whole request in time. Attach less, or send it again.",
            retryable=harmless,
            actions=("retry", "attach_less", "check_network"),
        )
    began = "began to answer, but sent nothing more" if course.answered else "didn't answer"
    return errors.TimedOut(
        f"{server.origin} {began} within {duration(waited)}. Send it again, or choose another model.",
        retryable=harmless,
    )


def _lost(server: Server, course: Course, *, harmless: bool) -> errors.NoAnswer:
    """Return the error for a connection that was reset or closed too early."""
    when = "in the middle of the answer" if course.answered else "before an answer came"
    if harmless:
        advice = "Send it again; nothing is running there."
    elif course.answered:
        advice = "It may have been billed; send it again if you need it."
    else:
        advice = "Whether the request arrived isn't known; send it again if nothing shows up in the activity."
    return errors.NoAnswer(
        f"The connection to {server.origin} was lost {when}. {advice}",
        retryable=harmless,
        actions=("retry", "check_network"),
    )


def _is_hang_up(error: httpx.RemoteProtocolError) -> bool:
    """Whether the server closed the connection, rather than said something that is no HTTP."""
    return "disconnected" in str(error) or "closed" in str(error)


def _proxy_refused(error: httpx.ProxyError, server: Server, proxy: str | None) -> errors.NoAnswer:
    """Return the error for a proxy that answered, but made no connection."""
    status = _STATUS.match(str(error))
    code = status[0] if status else None
    named = f"The proxy {one_line(proxy, _LONGEST_ADDRESS)}" if proxy else "The proxy"
    answered = f" (HTTP {code})" if code else ""
    if code == "407":
        return errors.NoAnswer(
            f"{named} wants a login{answered}, so nothing was sent. Put user and password into HTTPS_PROXY.",
            code=code,
            actions=("check_network",),
        )
    if code is not None and code.startswith("5"):
        return errors.NoAnswer(
            f"{named} couldn't reach {server.origin}{answered}, so nothing was sent. "
            "Check the base URL and the network, then send it again.",
            code=code,
            retryable=True,
        )
    return errors.NoAnswer(
        f"{named} refused the connection to {server.origin}{answered}, so nothing was sent. Check {_PROXY_SETTINGS}.",
        code=code,
        actions=("check_network",),
    )


def _proxy_out_of_reach(error: httpx.TransportError, proxy: str) -> errors.OpenRouterError:
    """Return the error for a proxy that no connection came about with, or none that it kept."""
    causes = list(_causes(error))
    where = one_line(proxy, _LONGEST_ADDRESS)
    if isinstance(error, httpx.TimeoutException):
        what = f"The proxy {where} didn't answer in time"
    elif any(isinstance(cause, socket.gaierror) for cause in causes):
        what = f"The name of the proxy {where} can't be found"
    elif any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        what = f"Nothing answers at the proxy {where}"
    else:
        what = f"No connection through the proxy {where} came about"
    kind = errors.TimedOut if isinstance(error, httpx.TimeoutException) else errors.NoAnswer
    return kind(
        f"{what}, so nothing was sent. Is it running, and are {_PROXY_SETTINGS} right?",
        retryable=True,
        actions=("check_network", "retry"),
    )


def _not_connected(error: httpx.ConnectError, server: Server) -> errors.NoAnswer:
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return errors.NoAnswer(
            f"The name of {server.origin} can't be found. Is this computer offline, or the base URL mistyped?",
            retryable=True,
            actions=("check_network", "check_base_url", "retry"),
        )
    failed_tls = next((cause for cause in causes if _is_failed_handshake(cause)), None)
    if failed_tls is not None:
        why = getattr(failed_tls, "verify_message", "") or "it doesn't speak TLS as it should"
        return errors.NoAnswer(
            f"The connection to {server.origin} isn't secure ({why}), so nothing was sent. "
            "Check the clock, a proxy that inspects traffic (SSL_CERT_FILE), and the base URL.",
            actions=("check_network", "check_base_url"),
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return errors.NoAnswer(
            f"Nothing answers at {server.origin}. Is the server running?",
            retryable=True,
            actions=("check_base_url", "retry", "check_network"),
        )
    return errors.NoAnswer(
        f"{server.origin} can't be reached. Check the network and the base URL, then send it again.",
        retryable=True,
        actions=("check_network", "retry", "check_base_url"),
    )


def _is_failed_handshake(cause: BaseException) -> bool:
    """Whether TLS itself failed: these kinds of its errors only say that it waits, or that the connection is gone."""
    no_fault = (ssl.SSLWantReadError, ssl.SSLWantWriteError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
    return isinstance(cause, ssl.SSLError) and not isinstance(cause, no_fault)


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
