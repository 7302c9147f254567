"""How requests fail: statuses, bodies, and streams that break."""

import json

import httpx
import pytest

from chat_tui.demo.catalogue import models
from chat_tui.demo.server import DemoServer
from tests.demo.conftest import Client, chunks_of
from tests.demo.kinds import FAILING


@pytest.mark.parametrize("path", ["key", "auth/key"])
def test_the_account_needs_a_key(client: Client, path: str) -> None:
    response = client.get(path, headers={"Authorization": ""})
    assert response.status_code == 401
    assert response.json() == {"error": {"message": "No cookie auth credentials found", "code": 401}}


def test_completions_need_a_key(client: Client) -> None:
    response = client.post("chat/completions", json={}, headers={"Authorization": "Basic eDp5"})
    assert response.status_code == 401
    assert response.json()["error"]["message"] == "No cookie auth credentials found"


def test_a_wrong_key_is_refused(client: Client) -> None:
    response = client.get("key", headers={"Authorization": "Bearer sk-or-v1-invalid"})
    assert response.status_code == 401
    assert response.json()["error"]["message"] == "User not found."


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"{", "JSON"),
        (b"\xff", "JSON"),
        (b"[]", "object"),
        (b'{"model": "demo/markdown"}', "messages"),
        (b'{"messages": []}', "messages"),
        (b'{"messages": ["hello"]}', "messages.0: "),
        (b'{"messages": [{"role": "user", "content": "x"}], "max_tokens": 0}', "max_tokens"),
        (b"[" * 100_000, "JSON"),
        (b'{"model": "no/such", "messages": [{"role": "user", "content": ""}]}', "no/such is not a valid model ID"),
    ],
)
def test_a_bad_request_is_a_400_that_says_why(client: Client, body: bytes, word: str) -> None:
    response = client.post("chat/completions", content=body)
    assert response.status_code == response.json()["error"]["code"] == 400
    assert word in response.json()["error"]["message"]


def test_some_errors_carry_the_users_id_beside_the_error(client: Client) -> None:
    response = client.chat("no/such").json()
    assert response["user_id"].startswith("user_")
    assert "user_" not in json.dumps(response["error"])


@pytest.mark.parametrize("path", ["nothing", "../v2/models", "chat", "models/"])
def test_an_unknown_route_is_a_404_in_json(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json() == {"error": {"message": "Not Found", "code": 404}}


def test_a_wrong_method_is_a_405_in_json(client: Client) -> None:
    response = client.get("chat/completions")
    assert response.status_code == response.json()["error"]["code"] == 405
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize("streams", [True, False])
def test_error_401_refuses_the_key(client: Client, streams: bool) -> None:
    response = client.chat("demo/error-401", stream=streams)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"error": {"message": "User not found.", "code": 401}}


def test_error_429_has_the_recorded_headers_and_body(client: Client) -> None:
    response = client.chat("demo/error-429", stream=True)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "7"
    assert response.headers["x-ratelimit-limit"] == "50"
    assert response.headers["x-generation-id"].startswith("gen-")
    metadata = response.json()["error"]["metadata"]
    assert metadata["limit_source"] == "openrouter_free_tier_daily"
    assert metadata["headers"]["X-RateLimit-Reset"] == response.headers["x-ratelimit-reset"]
    assert "user_id" in response.json()


def test_error_escape_is_hostile_in_message_and_metadata(client: Client) -> None:
    response = client.chat("demo/error-escape")
    assert response.status_code == 502
    error = response.json()["error"]
    for hostile in (error["message"], error["metadata"]["raw"], error["metadata"]["provider_name"]):
        assert "\x1b" in hostile
    assert "[/foo]" in error["message"]
    assert "[@click=app.quit]x[/]" in error["metadata"]["raw"]


def test_error_midstream_ends_with_an_error_chunk_and_no_done(client: Client) -> None:
    response = client.chat("demo/error-midstream", stream=True)
    assert response.status_code == 200
    assert b"[DONE]" not in response.content
    *tokens, last = chunks_of(response.content)
    assert "".join(token["choices"][0]["delta"]["content"] for token in tokens).startswith("This is a **sim")
    assert last["error"]["code"] == 502
    assert last["error"]["metadata"]["error_type"] == "provider_unavailable"
    assert last["choices"][0]["finish_reason"] == "error"
    assert "usage" not in last


def test_a_whole_answer_keeps_its_words_beside_the_error(client: Client) -> None:
    choice = client.chat("demo/error-midstream").json()["choices"][0]
    assert choice["finish_reason"] == "error"
    assert choice["error"]["code"] == 502
    assert choice["message"]["content"].startswith("This is a **simulated**")


def test_cut_breaks_the_connection_after_some_words(client: Client) -> None:
    body = {"model": "demo/cut", "stream": True, "messages": [{"role": "user", "content": "Hello?"}]}
    received: list[bytes] = []
    with client.stream("POST", "chat/completions", json=body) as response:
        pieces = response.iter_bytes()
        with pytest.raises(httpx.RemoteProtocolError):
            received.extend(pieces)
    chunks = chunks_of(b"".join(received))
    assert len(chunks) > 10
    assert chunks[-1]["choices"][0]["finish_reason"] is None
    assert b"[DONE]" not in b"".join(received)


def test_cut_breaks_whole_answers_too(client: Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.chat("demo/cut")


def test_a_reset_is_no_orderly_end(client: Client) -> None:
    body = {"model": "demo/reset", "stream": True, "messages": [{"role": "user", "content": "Hello?"}]}
    received: list[bytes] = []
    # A reset discards what the client hasn't read by then, so the words must not come all at once.
    with DemoServer(pace=0.05) as server:
        address = f"{server.base_url}/chat/completions"
        with client.stream("POST", address, json=body) as response, pytest.raises(httpx.ReadError):
            received.extend(response.iter_bytes())
    assert len(chunks_of(b"".join(received))) > 10


def test_flaky_refuses_twice_for_each_conversation_and_then_answers(client: Client) -> None:
    for session in ("one", "two"):
        answers = [client.chat("demo/flaky", session_id=session, stream=True) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [429, 429, 200, 200]
        assert answers[0].headers["retry-after"] == "1"
        assert answers[0].json()["error"]["metadata"]["limit_source"] == "upstream_provider_shared_pool"


def test_flaky_first_sends_the_error_as_the_first_event_once(client: Client) -> None:
    first, second = (client.chunks("demo/flaky-first", session_id="first") for _ in range(2))
    (event,) = first
    assert (event["error"]["code"], event["choices"][0]["finish_reason"]) == (503, "error")
    assert "error" not in second[0]
    assert second[-1]["usage"]["cost"] > 0


def test_flaky_first_without_a_stream_is_a_status(client: Client) -> None:
    statuses = [client.chat("demo/flaky-first", session_id="whole").status_code for _ in range(2)]
    assert statuses == [503, 200]


def test_error_first_is_the_only_event_under_status_200(client: Client) -> None:
    response = client.chat("demo/error-first", stream=True)
    (event,) = chunks_of(response.content)
    assert (response.status_code, event["error"]["code"]) == (200, 529)
    whole = client.chat("demo/error-first")
    assert whole.status_code == 200
    assert set(whole.json()) == {"error"}


def test_error_string_code_is_a_word(client: Client) -> None:
    assert client.chunks("demo/error-string-code")[-1]["error"]["code"] == "server_error"


def test_error_no_code_has_a_type_and_a_status_instead(client: Client) -> None:
    error = client.chunks("demo/error-no-code")[-1]["error"]
    assert "code" not in error
    assert (error["error_type"], error["http_status"]) == ("provider_unavailable", 503)


def test_error_finish_names_the_reason_and_no_error(client: Client) -> None:
    *_, finished, reported = client.chunks("demo/error-finish")
    assert {finished["choices"][0]["finish_reason"], reported["choices"][0]["finish_reason"]} == {"error"}
    assert finished["choices"][0]["native_finish_reason"] == "MALFORMED_FUNCTION_CALL"
    assert "error" not in finished
    assert reported["usage"]["cost"] == 0


def test_error_choice_without_a_stream_is_in_the_choice(client: Client) -> None:
    choice = client.chat("demo/error-choice").json()["choices"][0]
    assert choice["error"]["code"] == 502


def test_keep_alives_are_many_before_the_first_token(client: Client) -> None:
    before, _, _ = client.chat("demo/keep-alive", stream=True).content.partition(b"data:")
    assert before.count(b": OPENROUTER PROCESSING\n\n") == 200


def test_garbage_lies_between_good_chunks(client: Client) -> None:
    content = client.chat("demo/garbage", stream=True).content
    text, bad = "", 0
    for line in content.split(b"\n"):
        try:
            chunk = json.loads(line.removeprefix(b"data: "))
        except ValueError:
            bad += 1
        else:
            text += chunk["choices"][0]["delta"]["content"]
    assert text == client.text("demo/garbage")
    assert bad > 20


EXPECTED = {
    "demo/error-400": (400, "provider_name", None),
    "demo/error-401": (401, None, None),
    "demo/error-402": (402, "limit_source", None),
    "demo/error-402-key-limit": (402, "limit_source", None),
    "demo/error-402-in-flight": (402, "reason", "120"),
    "demo/error-403-moderation": (403, "flagged_input", None),
    "demo/error-403-guardrail": (403, "patterns", None),
    "demo/error-403-budget": (403, "limit_usd", None),
    "demo/error-404": (404, "routing_funnel", None),
    "demo/error-404-availability": (404, "error_type", None),
    "demo/error-408": (408, "error_type", None),
    "demo/error-413": (413, "error_type", None),
    "demo/error-422": (422, "raw", None),
    "demo/error-429": (429, "headers", "7"),
    "demo/error-429-upstream": (429, "retry_after_seconds", "1"),
    "demo/error-500": (500, None, None),
    "demo/error-502": (502, "raw", None),
    "demo/error-503": (503, "error_type", "5"),
    "demo/error-504": (504, "raw", None),
    "demo/error-524": (524, "error_type", None),
    "demo/error-529": (529, "raw", None),
    "demo/error-escape": (502, "raw", None),
}


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("model", list(EXPECTED))
def test_every_status_has_its_body_and_headers(client: Client, model: str, streams: bool) -> None:
    status, key, retry_after = EXPECTED[model]
    response = client.chat(model, stream=streams)
    assert response.status_code == response.json()["error"]["code"] == status
    assert response.headers.get("retry-after") == retry_after
    assert response.headers["content-type"] == "application/json"
    if key:
        assert key in response.json()["error"]["metadata"]


def test_every_model_that_only_fails_is_tried_here() -> None:
    others = {"demo/error-zod", "demo/error-html", "demo/error-html-200"}
    assert set(FAILING) == set(EXPECTED) | others


def test_availability_names_other_models(client: Client) -> None:
    availability = client.chat("demo/error-404-availability").json()["error"]["availability"]
    assert availability["code"] == "model_deprecated"
    assert set(availability["fallback_models"]) <= set(models())


def test_the_other_shape_of_error_has_no_code(client: Client) -> None:
    response = client.chat("demo/error-zod")
    assert (response.status_code, response.json()["success"]) == (400, False)
    assert json.loads(response.json()["error"]["message"])[0]["path"] == ["messages", 0, "content"]


@pytest.mark.parametrize(("model", "status"), [("demo/error-html", 502), ("demo/error-html-200", 200)])
def test_a_proxys_page_is_no_json(client: Client, model: str, status: int) -> None:
    response = client.chat(model, stream=True)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert response.text.startswith("<!DOCTYPE html>")
    assert "x-generation-id" not in response.headers
