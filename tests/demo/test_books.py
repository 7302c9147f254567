"""The books: what every generation cost, how it ended, and which request it came from."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import httpx
import pytest

from chat_tui.demo import samples
from chat_tui.demo.books import Entry, Status
from chat_tui.demo.catalogue import models
from chat_tui.demo.reply import tokens_of
from chat_tui.demo.server import DEMO_KEY, DemoServer
from tests.demo.conftest import Client, chunks_of

HELLO = [{"role": "user", "content": "Hello?"}]
PATIENCE = 20.0  # seconds, for what must happen; nothing waits that long unless it is broken


@pytest.fixture
def watched() -> Iterator[tuple[DemoServer, Client]]:
    """A server with books of its own."""
    headers = {"Authorization": f"Bearer {DEMO_KEY}"}
    with DemoServer(pace=0) as server, Client(base_url=server.base_url, headers=headers, trust_env=False) as client:
        yield server, client


def only_entry(server: DemoServer) -> Entry:
    """Return the one generation, once it is settled."""
    assert server.books.settled(PATIENCE)
    (entry,) = server.books.entries
    return entry


def leave(client: Client, model: str, **fields: Any) -> int:
    """Read a stream's first tokens and leave; return how many came."""
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": "Hello?"}], **fields}
    with client.stream("POST", "chat/completions", json=body) as response:
        received = b""
        for piece in response.iter_bytes():
            received += piece
            if received.count(b"data: ") > 20 or b"[DONE]" in received:
                break
    return len(chunks_of(received[: received.rindex(b"\n\n")]))


@pytest.mark.parametrize("streams", [True, False])
def test_a_complete_generation_is_entered_with_what_the_client_was_told(
    watched: tuple[DemoServer, Client], streams: bool
) -> None:
    server, client = watched
    response = client.chat("anthropic/claude-haiku-4.5", stream=streams)
    told = chunks_of(response.content)[-1] if streams else response.json()
    entry = only_entry(server)
    assert (entry.id, entry.model, entry.provider) == (told["id"], told["model"], told["provider"])
    assert (entry.status, entry.streamed, entry.http_status) == (Status.COMPLETE, streams, 200)
    assert (entry.finish_reason, entry.native_finish_reason) == ("stop", "end_turn")
    assert entry.cost == entry.usage.cost == Decimal(str(told["usage"]["cost"])) > 0


@pytest.mark.parametrize(
    ("headers", "fields", "reference"),
    [
        ({"x-session-id": "by-header"}, {"session_id": "by-body"}, "by-header"),
        ({}, {"session_id": "by-body", "user": "somebody"}, "by-body"),
        ({}, {"user": "somebody", "metadata": {"turn": "7"}}, "somebody"),
        ({}, {"metadata": {"turn": "7"}}, "7"),
        ({}, {}, None),
    ],
)
def test_an_entry_names_the_request_it_came_from(
    watched: tuple[DemoServer, Client], headers: dict[str, str], fields: dict[str, Any], reference: str | None
) -> None:
    server, client = watched
    body = {"model": "demo/echo", "messages": [{"role": "user", "content": "x"}], **fields}
    client.post("chat/completions", json=body, headers=headers)
    assert only_entry(server).origin.reference == reference


def test_who_leaves_pays_for_what_was_sent(watched: tuple[DemoServer, Client]) -> None:
    server, client = watched
    received = leave(client, "demo/stall")
    entry = only_entry(server)
    assert entry.status is Status.CANCELLED
    assert entry.finish_reason is None
    assert entry.usage.spoken.total >= received > 0
    price = models()["demo/stall"].entry["pricing"]
    sent, prompt = entry.usage.spoken.total, entry.usage.prompt
    assert entry.cost == sent * Decimal(price["completion"]) + prompt * Decimal(price["prompt"])


def test_who_leaves_before_the_first_token_pays_nothing(watched: tuple[DemoServer, Client]) -> None:
    server, client = watched
    body = {"model": "demo/stall-first", "stream": True, "messages": [{"role": "user", "content": "Hello?"}]}
    with client.stream("POST", "chat/completions", json=body) as response:
        assert next(response.iter_bytes()).startswith(b": OPENROUTER PROCESSING")
    entry = only_entry(server)
    assert entry.status is Status.CANCELLED
    assert entry.cost == entry.usage.prompt == 0


@pytest.fixture(scope="module")
def slow_server() -> Iterator[DemoServer]:
    """A server whose longest answer takes seven seconds: time to leave it."""
    with DemoServer(pace=0.25) as server:
        yield server


@pytest.mark.parametrize("first_sign", [b": OPENROUTER", b"data: "])
@pytest.mark.parametrize(("provider", "in_full"), [("demo", False), ("groq", True)])
def test_some_providers_bill_who_leaves_in_full(
    slow_server: DemoServer, provider: str, in_full: bool, first_sign: bytes
) -> None:
    body = {"model": "demo/slow", "stream": True, "provider": {"only": [provider]}, "messages": HELLO}
    address = f"{slow_server.base_url}/chat/completions"
    headers = {"Authorization": f"Bearer {DEMO_KEY}"}
    with httpx.stream("POST", address, json=body, headers=headers, trust_env=False) as response:
        assert any(first_sign in piece for piece in response.iter_bytes())
    assert slow_server.books.settled(PATIENCE)
    entry = slow_server.books.entries[-1]
    whole = len(tokens_of(samples.SLOW))
    assert entry.status is Status.CANCELLED
    assert entry.sent.total < whole
    assert entry.usage.spoken.total == (whole if in_full else entry.sent.total)
    assert entry.cost == entry.usage.cost
    assert (entry.cost > 0) is (in_full or entry.sent.total > 0)


@pytest.mark.parametrize("model", ["demo/stall", "demo/stall-first"])
def test_a_silent_answer_that_is_not_streamed_ends_when_the_client_leaves(
    watched: tuple[DemoServer, Client], model: str
) -> None:
    server, client = watched
    with pytest.raises(httpx.ReadTimeout):
        client.post("chat/completions", json={"model": model, "messages": HELLO}, timeout=0.2)
    assert only_entry(server).status is Status.CANCELLED


def test_a_server_that_stops_leaves_nothing_open() -> None:
    body = {"model": "demo/slow-headers", "messages": HELLO}
    with DemoServer(pace=1000) as server, ThreadPoolExecutor() as threads:
        address, headers = f"{server.base_url}/chat/completions", {"Authorization": f"Bearer {DEMO_KEY}"}
        asked = threads.submit(httpx.post, address, json=body, headers=headers, trust_env=False, timeout=PATIENCE)
        assert server.books.began(PATIENCE)
        server.stop()
        assert isinstance(asked.exception(PATIENCE), httpx.TransportError)
    assert server.books.settled(PATIENCE)


def test_the_models_that_failed_before_are_in_the_generation(watched: tuple[DemoServer, Client]) -> None:
    server, client = watched
    client.chat("demo/error-502", models=["demo/markdown"])
    known = only_entry(server).as_json()
    assert [answer["status"] for answer in known["provider_responses"]] == [502, 200]
    assert known["model"] == "demo/markdown"


@pytest.mark.parametrize(
    ("model", "is_billed"),
    [
        ("demo/error-midstream", True),
        ("demo/error-string-code", True),
        ("demo/error-finish", False),
        ("demo/error-first", False),
        ("demo/error-502", False),
        ("demo/error-429", False),
    ],
)
@pytest.mark.parametrize("streams", [True, False])
def test_what_breaks_is_billed_for_its_tokens_or_not_at_all(
    watched: tuple[DemoServer, Client], model: str, is_billed: bool, streams: bool
) -> None:
    server, client = watched
    client.chat(model, stream=streams)
    entry = only_entry(server)
    assert entry.status is Status.FAILED
    assert (entry.cost > 0) is is_billed
    assert (entry.usage.spoken.total > 0) is is_billed


@pytest.mark.parametrize("model", ["demo/cut", "demo/reset"])
@pytest.mark.parametrize("streams", [True, False])
def test_a_broken_connection_does_not_make_the_tokens_free(
    watched: tuple[DemoServer, Client], model: str, streams: bool
) -> None:
    server, client = watched
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.chat(model, stream=streams)
    assert only_entry(server).cost > 0


def test_generation_is_unknown_at_first_and_then_agrees_with_the_answer(watched: tuple[DemoServer, Client]) -> None:
    _, client = watched
    answer = json.loads(client.chat("demo/reasoning").text, parse_float=Decimal)
    first = client.get("generation", params={"id": answer["id"]})
    assert (first.status_code, first.json()["error"]["code"]) == (404, 404)
    known = json.loads(client.get("generation", params={"id": answer["id"]}).text, parse_float=Decimal)["data"]
    usage = answer["usage"]
    assert known["total_cost"] == known["usage"] == usage["cost"]
    assert known["native_tokens_prompt"] == usage["prompt_tokens"]
    assert known["native_tokens_completion"] == usage["completion_tokens"]
    assert known["native_tokens_reasoning"] == usage["completion_tokens_details"]["reasoning_tokens"] > 0
    assert (known["model"], known["provider_name"]) == (answer["model"], answer["provider"])
    assert known["cancelled"] is False


def test_generation_says_what_a_cancelled_stream_cost(watched: tuple[DemoServer, Client]) -> None:
    server, client = watched
    leave(client, "demo/stall")
    entry = only_entry(server)
    client.get("generation", params={"id": entry.id})
    known = client.get("generation", params={"id": entry.id}).json()["data"]
    assert (known["cancelled"], known["streamed"]) == (True, True)
    assert Decimal(str(known["total_cost"])) == entry.cost > 0


def test_generation_needs_an_id_that_there_is(watched: tuple[DemoServer, Client]) -> None:
    _, client = watched
    assert client.get("generation").json()["error"]["name"] == "ZodError"
    for _ in range(3):
        assert client.get("generation", params={"id": "gen-none"}).status_code == 404


def test_how_long_a_generation_is_unknown_can_be_chosen() -> None:
    headers = {"Authorization": f"Bearer {DEMO_KEY}"}
    with (
        DemoServer(pace=0, refusals=3) as server,
        Client(base_url=server.base_url, headers=headers, trust_env=False) as client,
    ):
        generation = client.chat("demo/echo").json()["id"]
        statuses = [client.get("generation", params={"id": generation}).status_code for _ in range(4)]
    assert statuses == [404, 404, 404, 200]


def test_key_credits_and_entries_agree_to_the_last_digit(watched: tuple[DemoServer, Client]) -> None:
    server, client = watched
    for model in ("demo/markdown", "anthropic/claude-opus-4.7", "demo/error-midstream", "openai/gpt-oss-120b:free"):
        client.chat(model, stream=True)
    leave(client, "demo/stall")
    assert server.books.settled(PATIENCE)
    spent = sum((entry.cost for entry in server.books.entries), Decimal(0))
    assert spent == server.books.spent > 0
    key = json.loads(client.get("key").text, parse_float=Decimal)["data"]
    credit = json.loads(client.get("credits").text, parse_float=Decimal)["data"]
    assert key["usage"] == credit["total_usage"] == spent
    assert key["limit"] - key["limit_remaining"] == spent
