"""What each failure of the network becomes: its class, its sentence, what to do next, and whether to try again."""

from __future__ import annotations

import socket
import ssl

import httpx
import pytest

from chat_tui.openrouter import errors
from chat_tui.openrouter.errors import OpenRouterError
from tests.openrouter.wire import BODY, KEY, client_of


def behind(error: httpx.ConnectError, cause: BaseException) -> httpx.ConnectError:
    error.__cause__ = OSError("All connection attempts failed")
    error.__cause__.__cause__ = (
        ExceptionGroup("attempts", [OSError(), cause]) if isinstance(cause, Exception) else cause
    )
    return error


BAD_CERTIFICATE = ssl.SSLCertVerificationError("bad")
BAD_CERTIFICATE.verify_message = "certificate has expired"

NETWORK: list[tuple[Exception, type[OpenRouterError], bool, str]] = [
    (
        behind(httpx.ConnectError("x"), ConnectionRefusedError()),
        errors.NoAnswer,
        True,
        "Nothing answers at http://127.0.0.1:8377. Is the server running?",
    ),
    (behind(httpx.ConnectError("x"), socket.gaierror(-2, "x")), errors.NoAnswer, True, "offline"),
    (behind(httpx.ConnectError("x"), BAD_CERTIFICATE), errors.NoAnswer, False, "certificate has expired"),
    (httpx.ConnectError("x"), errors.NoAnswer, True, "can't be reached"),
    (httpx.ProxyError("x"), errors.NoAnswer, False, "HTTP_PROXY"),
    (httpx.RemoteProtocolError("x"), errors.NoAnswer, False, "lost before an answer"),
    (httpx.ReadError("x"), errors.NoAnswer, False, "lost before an answer"),
    (httpx.ConnectTimeout("x"), errors.TimedOut, True, "No connection"),
    (httpx.PoolTimeout("x"), errors.TimedOut, True, "No connection"),
    (httpx.ReadTimeout("x"), errors.TimedOut, False, "didn't answer within 5 min"),
    (httpx.WriteTimeout("x"), errors.TimedOut, False, "didn't answer"),
]


@pytest.mark.parametrize(("failure", "kind", "retryable", "part"), NETWORK, ids=[str(i) for i in range(len(NETWORK))])
async def test_each_network_failure_has_its_sentence(
    failure: Exception, kind: type[OpenRouterError], retryable: bool, part: str
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise failure

    async with client_of(answer, base_url="http://user:secret@127.0.0.1:8377/api/v1") as client:
        with pytest.raises(OpenRouterError) as caught:
            async with client.stream(BODY):
                pytest.fail("a stream began")
    assert type(caught.value) is kind
    assert caught.value.retryable is retryable
    assert part in caught.value.sentence
    assert "secret" not in caught.value.sentence
    assert KEY not in caught.value.sentence
