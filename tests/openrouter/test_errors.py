"""What each failure becomes: its class, its sentence, when to try again; and what it never says."""

from __future__ import annotations

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
    (httpx.Response(503, text=""), errors.ServerFault, True, ["HTTP 503", "without saying why"]),
    (httpx.Response(500, text="upstream exploded"), errors.ServerFault, True, ["upstream exploded"]),
    (
        httpx.Response(403, html="<!DOCTYPE html><title>Company\x1b proxy</title>"),
        errors.NotOpenRouter,
        False,
        ["web page (“Company␛ proxy”)", "https://openrouter.ai", "HTTP 403"],
    ),
    (
        httpx.Response(422, json={"detail": [{"loc": ["body", "model"], "msg": "field required"}]}),
        errors.BadRequest,
        False,
        ["body.model: field required"],
    ),
    (httpx.Response(400, json=["odd"]), errors.BadRequest, False, ["odd."]),
    (httpx.Response(400, json=None), errors.BadRequest, False, ["without saying why"]),
    (httpx.Response(400, text='{"error":' * 3000), errors.BadRequest, False, ["can't use this request"]),
    (httpx.Response(400, text='{"e":' * 400 + "1" + "}" * 400), errors.BadRequest, False, ["can't use this request"]),
    (httpx.Response(400, text='{"error":' * 60 + "1" + "}" * 60), errors.BadRequest, False, ["without saying why"]),
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
    if isinstance(error, StatusError) and reply.status_code != 200:
        assert error.status == reply.status_code


async def test_what_the_server_repeats_of_us_is_left_out() -> None:
    error = await error_of(
        refusal(401, f"Bad key {KEY} of {USER_ID}", {"raw": f"{KEY} sk-or-v1-another", "n": {"user_id": 1}})
    )
    assert isinstance(error, ServerError)
    assert error.raw == "[key] [key]"
    assert error.metadata["n"] == {}
    assert "[key]" in error.sentence


@pytest.mark.parametrize(
    "body",
    [
        f'{{"error":{{"code":500,"message":"x"}},"user_id":"{USER_ID}',
        f'{{"error":{{"code":500,"message":"No {USER_ID} here"}}}}',
        '{"error":{"code":500,"message":"org-17 is unknown"},"user_id":"org-17"}',
        '{"error":{"code":500,"message":"x","metadata":{"raw":"{\\"user_id\\":\\"org-17\\"}"}}}',
        '{"error":{"code":500,"message":"x","metadata":{"raw":"' + "x" * 200_000 + 'user_id\\":\\"org-17\\""}}}',
        '{"error":{"code":500,"message":"x","metadata":{"n":[{"user_id":"org-17","creator_user_id":"org-17"}]}}}',
    ],
    ids=["cut off", "in the message", "named beside", "in a text", "after a long text", "nested"],
)
async def test_no_user_id_is_kept(body: str) -> None:
    error = await error_of(httpx.Response(500, text=body))
    for secret in (USER_ID, "org-17"):
        assert secret not in f"{vars(error)}"


async def test_an_error_in_place_of_the_catalogue_has_the_class_of_its_status() -> None:
    reply = httpx.Response(200, json={"error": {"code": 403, "message": "Country not supported"}})
    async with client_of(lambda _: reply) as client:
        with pytest.raises(errors.Forbidden, match="isn't offered in this region"):
            await client.models()


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
        *((refusal(429, "x", headers={"X-RateLimit-Reset": reset}), None) for reset in ("0", "-5", "1000", "inf", "?")),
    ],
)
async def test_retry_after(reply: httpx.Response, seconds: float | None) -> None:
    assert (await error_of(reply)).retry_after == seconds


def test_retry_after_takes_dates() -> None:
    wait = retry_after_header(formatdate(time.time() + 100, usegmt=True))
    assert wait is not None
    assert 95 < wait <= 100
    assert retry_after_header("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ("0", "Send it again, or"),
        ("0.2", "in 1 s"),
        ("99", "in 99 s"),
        ("100", "in 2 min"),
        ("5399", "in 90 min"),
        ("5400", "in 2 h"),
    ],
)
async def test_a_wait_is_told_in_one_unit(seconds: str, said: str) -> None:
    assert said in (await error_of(refusal(502, "x", headers={"Retry-After": seconds}))).sentence


@pytest.mark.parametrize("status", [401, 402, 403, 404])
async def test_another_server_sends_nobody_to_the_settings_of_openrouter(status: int) -> None:
    reply = refusal(status, "No endpoints found matching your data policy" if status == 404 else "x")
    async with client_of(lambda _: reply, base_url="https://llm.example.com/v1") as client:
        with pytest.raises(OpenRouterError) as caught:
            await client.complete(BODY)
    assert "openrouter.ai" not in caught.value.sentence
    assert "OpenRouter" not in caught.value.sentence


async def test_the_daily_limit_says_when_it_starts_again() -> None:
    reset = str(round((time.time() + 3 * 3600) * 1000))
    metadata = {"headers": {"X-RateLimit-Reset": reset}}
    error = await error_of(refusal(429, DAILY, metadata, headers={"Retry-After": "7"}))
    assert "Wait 3 h, add credits" in error.sentence
    assert error.retry_after is not None
    assert 10_000 < error.retry_after < 10_801  # rounding
    failed = await error_of(refusal(502, "x", metadata))
    assert failed.retry_after is None


async def test_an_error_page_without_end_is_not_read_to_its_end() -> None:
    error = await error_of(httpx.Response(400, text="x" * 3_000_000))
    assert isinstance(error, errors.BadRequest)
