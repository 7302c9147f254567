"""What each failure becomes: its class, its sentence, when to try again; and what it never says."""

from __future__ import annotations

import socket
import ssl
import time
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from chat_tui.openrouter import errors
from chat_tui.openrouter.errors import OpenRouterError, ServerError, StatusError
from chat_tui.openrouter.failure import retry_after_header
from tests.openrouter.wire import BODY, KEY, USER_ID, client_of


async def error_of(reply: httpx.Response, key: str | None = KEY) -> OpenRouterError:
    """Return what a stream, a completion and the catalogue raise for `reply`: the same."""
    async with client_of(lambda _: reply, key) as client:
        with pytest.raises(OpenRouterError) as streamed:
            async with client.stream(BODY):
                pytest.fail("a stream began")
        with pytest.raises(OpenRouterError) as whole:
            await client.complete(BODY)
    assert str(streamed.value) == str(whole.value)
    error = streamed.value
    assert str(error) == error.sentence
    everything = f"{error!r} {vars(error)}"
    assert KEY not in everything
    assert USER_ID not in everything
    assert type(error).__name__ not in error.sentence
    assert error.sentence[-1] in ".?"
    return error


def refusal(status: int, message: str, metadata: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    error = {"code": status, "message": message, "metadata": metadata, **more}
    return httpx.Response(status, json={"error": error, "user_id": USER_ID}, headers=headers)


DAILY = "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day"

CASES: list[tuple[httpx.Response, type[OpenRouterError], bool, list[str]]] = [
    (
        refusal(401, "User not found."),
        errors.Unauthorized,
        False,
        ["User not found", "OPENROUTER_API_KEY", "credentials.toml"],
    ),
    (refusal(402, "Insufficient credits"), errors.PaymentRequired, False, ["Insufficient credits", "settings/credits"]),
    (
        refusal(402, "Key limit", {"limit_source": "openrouter_key_limit"}),
        errors.PaymentRequired,
        False,
        ["spending limit", "settings/keys"],
    ),
    (
        refusal(402, "Busy", {"limit_source": "openrouter_in_flight_budget"}, headers={"Retry-After": "120"}),
        errors.PaymentRequired,
        True,
        ["Try again in 2 min"],
    ),
    (
        refusal(403, "Flagged", {"reasons": ["violence"], "flagged_input": "FLAGGED", "provider_name": "OpenAI"}),
        errors.Forbidden,
        False,
        ["OpenAI's moderation refused", "violence", "Rephrase"],
    ),
    (refusal(403, "Blocked", {"patterns": ["ssn"]}), errors.Forbidden, False, ["guardrail", "Blocked"]),
    (refusal(403, "Key budget used"), errors.Forbidden, False, ["Key budget used", "permissions"]),
    (
        refusal(404, "No endpoints found matching your data policy"),
        errors.NotFound,
        False,
        ["data policy", "privacy settings"],
    ),
    (
        refusal(400, "foo/bar is not a valid model ID"),
        errors.UnknownModel,
        False,
        ["foo/bar is not a valid model ID", "model picker", "`chat-tui models`"],
    ),
    (
        refusal(404, "Gone", availability={"code": "model_not_found", "retryable": False}),
        errors.UnknownModel,
        False,
        ["`chat-tui models`"],
    ),
    (
        refusal(400, "Max is 8192 tokens", {"error_type": "context_length_exceeded"}),
        errors.BadRequest,
        False,
        ["too long for this model", "longer context"],
    ),
    (refusal(400, "temperature is out of range"), errors.BadRequest, False, ["temperature is out of range"]),
    (refusal(422, "Unprocessable"), errors.BadRequest, False, ["Unprocessable"]),
    (refusal(408, "Timed out"), errors.RequestTimeout, True, ["took too long"]),
    (refusal(413, "Payload too large"), errors.TooLarge, False, ["too large", "Attach less"]),
    (
        refusal(429, DAILY, {"limit_source": "openrouter_free_tier_daily"}, headers={"Retry-After": "7"}),
        errors.RateLimited,
        False,
        ["daily limit for free models", "Try again in 7 s"],
    ),
    (refusal(429, DAILY), errors.RateLimited, False, ["midnight UTC"]),
    (
        refusal(
            429,
            "Provider returned error",
            {
                "raw": "x is temporarily rate-limited upstream",
                "provider_name": "DeepInfra",
                "limit_source": "upstream_provider_shared_pool",
                "retry_after_seconds": 1,
            },
        ),
        errors.RateLimited,
        True,
        ["[DeepInfra] x is temporarily rate-limited upstream.", "Try again in 1 s", "Another provider"],
    ),
    (refusal(429, "free-models-per-min"), errors.RateLimited, True, ["Too many requests"]),
    (refusal(500, "Internal"), errors.ServerFault, True, ["HTTP 500", "Internal"]),
    (
        refusal(502, "Provider returned error", {"raw": '{"error":{"message":"overloaded"}}', "provider_name": "Groq"}),
        errors.ServerFault,
        True,
        ["[Groq] overloaded.", "another model"],
    ),
    (refusal(529, "Overloaded"), errors.ServerFault, True, ["HTTP 529"]),
    (refusal(418, "Teapot"), errors.StatusError, False, ["HTTP 418", "Teapot"]),
    (httpx.Response(502, html="<html><title>Bad gateway</title>x"), errors.ServerFault, True, ["didn't say why"]),
    (httpx.Response(503, text=""), errors.ServerFault, True, ["HTTP 503"]),
    (httpx.Response(500, text="upstream exploded"), errors.ServerFault, True, ["upstream exploded"]),
    (
        httpx.Response(403, html="<!DOCTYPE html><title>Company\x1b proxy</title>"),
        errors.NotOpenRouter,
        False,
        ["web page (“Company␛ proxy”)", "https://openrouter.ai", "HTTP 403"],
    ),
    (httpx.Response(404, json={"detail": "Not Found"}), errors.NotFound, False, ["Not Found"]),
    (
        httpx.Response(422, json={"detail": [{"loc": ["body", "model"], "msg": "field required"}]}),
        errors.BadRequest,
        False,
        ["body.model: field required"],
    ),
    (
        httpx.Response(
            400,
            json={
                "success": False,
                "error": {"name": "ZodError", "message": '[{"path":["messages"],"message":"Required"}]'},
            },
        ),
        errors.BadRequest,
        False,
        ["messages: Required."],
    ),
    (httpx.Response(400, json={"error": "just text"}), errors.BadRequest, False, ["just text."]),
    (httpx.Response(400, json=["odd"]), errors.BadRequest, False, ["odd."]),
    (httpx.Response(400, json=None), errors.BadRequest, False, ["didn't say why"]),
    (httpx.Response(200, json={"error": {"code": 429, "message": "Slow"}}), errors.RateLimited, True, ["Slow"]),
    (httpx.Response(200, json={"error": {"code": "server_error", "message": "S"}}), errors.StreamFault, True, ["S."]),
    (httpx.Response(200, json={"error": {"message": "Odd"}}), errors.StreamFault, False, ["Odd."]),
]


@pytest.mark.parametrize(
    ("reply", "kind", "retryable", "parts"), CASES, ids=[f"{i}-{case[0].status_code}" for i, case in enumerate(CASES)]
)
async def test_each_reply_has_its_class_and_sentence(
    reply: httpx.Response, kind: type[OpenRouterError], retryable: bool, parts: list[str]
) -> None:
    error = await error_of(reply)
    assert type(error) is kind
    assert error.retryable is retryable
    for part in parts:
        assert part in error.sentence
    assert "FLAGGED" not in error.sentence
    if isinstance(error, StatusError) and reply.status_code != 200:
        assert error.status == reply.status_code


async def test_without_a_key_the_sentence_says_so() -> None:
    error = await error_of(refusal(401, "No cookie auth credentials found"), key=None)
    assert error.sentence.startswith("OpenRouter wants a key, and there is none.")


async def test_what_the_server_repeats_of_us_is_left_out() -> None:
    error = await error_of(
        refusal(401, f"Bad key {KEY} of {USER_ID}", {"raw": f"{KEY} sk-or-v1-another", "n": {"user_id": 1}})
    )
    assert isinstance(error, ServerError)
    assert error.raw == "[key] [key]"
    assert error.metadata["n"] == {}
    assert "[key]" in error.sentence


async def test_server_text_is_printable_short_and_one_line() -> None:
    error = await error_of(refusal(502, "\x1b]52;c;cHduZWQ=\x07\nline two \u202e" + "x" * 9000))
    assert "\x1b" not in error.sentence
    assert "\n" not in error.sentence
    assert "␛]52" in error.sentence
    assert len(error.sentence) < 700
    assert isinstance(error, ServerError)
    assert error.message is not None
    assert error.message.startswith("\x1b]52")


async def test_generation_and_code_come_along() -> None:
    error = await error_of(refusal(502, "x", headers={"X-Generation-Id": "gen-7"}))
    assert (error.generation, error.code) == ("gen-7", "502")
    reply = httpx.Response(429, json={"error": {"code": "rate_limited", "message": "x"}})
    error = await error_of(reply)
    assert (type(error), error.code) == (errors.RateLimited, "rate_limited")
    error = await error_of(httpx.Response(400, json={"error": {"error_type": "invalid_prompt", "message": "x"}}))
    assert error.code == "invalid_prompt"


@pytest.mark.parametrize(
    ("reply", "seconds"),
    [
        (refusal(503, "x", headers={"Retry-After": "2.5"}), 2.5),
        (refusal(503, "x", headers={"Retry-After": "-1"}), 0.0),
        (refusal(503, "x", headers={"Retry-After": "soon"}), None),
        (refusal(503, "x", headers={"Retry-After": "inf"}), None),
        (refusal(503, "x", {"headers": {"retry-after": "9"}}), 9.0),
        (refusal(503, "x", {"retry_after_seconds": 0.5}), 0.5),
        (refusal(503, "x", availability={"code": "capacity_exhausted", "retryable": True, "retry_after": 30}), 30.0),
        (refusal(503, "x", {"retry_after_seconds": True, "headers": 3}), None),
        (refusal(503, "x"), None),
    ],
)
async def test_retry_after(reply: httpx.Response, seconds: float | None) -> None:
    assert (await error_of(reply)).retry_after == seconds


def test_retry_after_takes_dates() -> None:
    wait = retry_after_header(formatdate(time.time() + 100, usegmt=True))
    assert wait is not None
    assert 95 < wait <= 100
    assert retry_after_header("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


async def test_the_daily_limit_says_when_it_starts_again() -> None:
    reset = str(round((time.time() + 3 * 3600) * 1000))
    error = await error_of(refusal(429, DAILY, {"headers": {"X-RateLimit-Reset": reset}}))
    assert "Try again in 3 h." in error.sentence
    assert error.retry_after is not None
    assert 10_000 < error.retry_after <= 10_800


async def test_an_error_page_without_end_is_not_read_to_its_end() -> None:
    error = await error_of(httpx.Response(400, text="x" * 3_000_000))
    assert isinstance(error, errors.BadRequest)


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
