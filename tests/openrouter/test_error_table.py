"""Every way in which the server says that a request failed: class, sentence, next actions, and whether to retry."""

from __future__ import annotations

import json
import random
import tomllib
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from chat_tui.openrouter import errors
from chat_tui.openrouter.errors import Action, ServerError
from tests.openrouter.wire import BODY, EVENTS, KEY, USER_ID, client_of, event

Row = dict[str, Any]

TABLE = tomllib.loads(Path(__file__).with_name("error_table.toml").read_text("utf-8"))
ROWS: list[Row] = TABLE["row"]


def reply_of(row: Row) -> httpx.Response:
    """Return the reply as the server sends it."""
    if "events" in row:
        return httpx.Response(200, headers=EVENTS, content=b"".join(map(event, row["events"])))
    headers = {"Content-Type": "application/json", **row.get("headers", {})}
    return httpx.Response(row["status"], headers=headers, content=row["body"].encode())


async def failure_of(reply: httpx.Response, key: str | None, *, stream: bool) -> ServerError:
    async with client_of(lambda _: reply, key) as client:
        try:
            if not stream:
                await client.complete(BODY)
            else:
                async with client.stream(BODY) as chunks:
                    async for _ in chunks:
                        pass
        except ServerError as error:
            return error
    pytest.fail("nothing failed")


async def error_of(reply: httpx.Response, key: str | None = KEY) -> ServerError:
    """Return what a streamed request that gets `reply` ends with; one that isn't streamed ends the same."""
    error = await failure_of(reply, key, stream=True)
    if reply.headers["content-type"] not in EVENTS.values():
        whole = await failure_of(reply, key, stream=False)
        assert (type(whole), vars(whole)) == (type(error), vars(error))
    return error


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
async def test_each_failure_has_its_class_sentence_actions_and_retry(row: Row) -> None:
    error = await error_of(reply_of(row), KEY if row.get("key", True) else None)
    assert type(error) is getattr(errors, row["class"])
    for words in row["says"]:
        assert words in error.sentence
    assert error.actions == tuple(row["actions"])
    assert error.retryable is row.get("retryable", False)
    assert error.retry_after == row.get("retry_after")
    assert error.limit_source == row.get("limit_source")


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
async def test_every_sentence_is_fit_for_people(row: Row) -> None:
    error = await error_of(reply_of(row), KEY if row.get("key", True) else None)
    assert error.sentence.isprintable()
    assert error.sentence[0].isupper()
    assert error.sentence[-1] in ".?"
    for unfit in ("{", "}", "..", "  ", "FLAGGED", USER_ID, type(error).__name__):
        assert unfit not in error.sentence
    assert USER_ID not in repr(vars(error))


def error_objects() -> list[Row]:
    """Return the rows whose error could as well come in a stream."""
    bodies = ((row, row.get("body", "")) for row in ROWS if row.get("key", True))
    return [row for row, body in bodies if body.startswith('{"error":{')]


@pytest.mark.parametrize("row", error_objects(), ids=[row["name"] for row in error_objects()])
async def test_the_same_error_in_a_stream_has_the_same_actions_and_retry(row: Row) -> None:
    before = await error_of(reply_of(row))
    value = json.loads(row["body"])
    value["error"]["code"] = value["error"].get("code") or row["status"]
    if "headers" in row:
        value["error"].setdefault("metadata", {})["headers"] = row["headers"]
    within = await error_of(reply_of({"events": [json.dumps(value)]}))
    assert type(within) is errors.StreamFault
    assert (within.actions, within.retryable) == (before.actions, before.retryable)
    assert (within.retry_after, within.limit_source) == (before.retry_after, before.limit_source)


async def test_what_the_server_knows_of_models_and_files_stays_within_reach() -> None:
    metadata = {"file_annotations": [{"type": "file", "file": {"hash": "1f"}}], "error_type": "timeout"}
    availability = {"code": "no_endpoints", "affected_providers": ["x"], "excluded_by": "only", "docs_url": "https://x"}
    body = {"error": {"code": 504, "message": "No", "metadata": metadata, "availability": availability}}
    error = await error_of(httpx.Response(504, json=body))
    assert error.metadata == metadata
    assert error.availability == availability


ODD: list[Any] = [None, True, -1, 10**30, 0.5, "", "x", "{name}\x1b[2J", USER_ID, [], {}, [[{}]], {"message": {}}]


def places_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of everything within the JSON `value`."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inner for place in places_in(item, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """Return `value` with `odd` at `path`."""
    if not path:
        return odd
    inner = dict(value) if isinstance(value, dict) else list(value)
    inner[path[0]] = changed(inner[path[0]], path[1:], odd)
    return inner


@pytest.mark.parametrize("row", error_objects(), ids=[row["name"] for row in error_objects()])
async def test_odd_values_anywhere_leave_an_error_with_a_sentence_and_actions(row: Row) -> None:
    dice = random.Random(row["name"])  # noqa: S311  (not a secret)
    value, status = json.loads(row["body"]), max(row["status"], 400)
    for path in places_in(value):
        body = json.dumps(changed(value, path, dice.choice(ODD)))
        error = await failure_of(httpx.Response(status, text=body), KEY, stream=False)
        assert error.sentence.isprintable()
        assert error.actions
        assert not error.retryable or {"retry", "wait"} & set(error.actions)
        assert USER_ID not in repr(vars(error))


def test_the_table_is_complete() -> None:
    everything = json.dumps(ROWS)
    assert {row.get("status") for row in ROWS} >= set(TABLE["statuses"])
    for word in TABLE["words"]:
        assert json.dumps(json.dumps(word))[1:-1] in everything
    for phrase in TABLE["phrases"]:
        assert f" {phrase}\\" in everything or f" {phrase}." in everything
    for row in ROWS:
        assert not row.get("retryable") or {"retry", "wait"} & set(row["actions"])


def test_every_action_is_offered_somewhere() -> None:
    offered = {action for row in ROWS for action in row["actions"]}
    assert offered == set(get_args(Action))
