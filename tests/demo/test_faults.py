"""How requests fail: statuses, bodies, and streams that break."""

import json

import httpx
import pytest

from tests.demo.conftest import Client, chunks_of


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
        (b'{"messages": ["hello"]}', "role"),
        (b'{"messages": [{"role": "user", "content": "x"}], "max_tokens": 0}', "max_tokens"),
        (b"[" * 100_000, "JSON"),
        (b'{"model": "no/such", "messages": [{"role": "user"}]}', "no/such is not a valid model ID"),
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
