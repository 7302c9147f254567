"""The catalogue: from the cache at once, refreshed behind, and never lost to what a server sends instead."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chat_tui.config.server import Server
from chat_tui.engine.catalogue import AGAIN_SECONDS, ANSWER_SECONDS, FRESH_SECONDS, Catalogue
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.session import Session
from chat_tui.models.known import PROVIDERS, ZDR, Answer
from chat_tui.openrouter.client import Client
from chat_tui.paths import Paths
from tests.models.listing_server import ListingServer, listing_server
from tests.models.real import real_models

FEW = real_models()[:20]
COUNT = len(FEW)
REPLY = json.dumps({"data": FEW})
START = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Iterator[ListingServer]:
    """A server with a few real models."""
    with listing_server(REPLY) as running:
        yield running


@asynccontextmanager
async def catalogue_of(server: ListingServer, cache: Path | None, clock: Clock) -> AsyncIterator[Catalogue]:
    async with Client("key", server.base_url) as client:
        catalogue = Catalogue(client, Server(server.base_url, "key"), cache, clock)
        try:
            yield catalogue
        finally:
            await catalogue.close()


def kept_in(cache: Path) -> list[Path]:
    return list(cache.rglob("models.json"))


async def fill(server: ListingServer, cache: Path, clock: Clock) -> Path:
    """Fetch once, and return the cache's file."""
    async with catalogue_of(server, cache, clock) as catalogue:
        assert not (await catalogue.refresh()).problem
    (file,) = kept_in(cache)
    return file


async def test_it_opens_from_the_cache_with_its_age_and_is_refreshed_behind(
    server: ListingServer, tmp_path: Path, clock: Clock
) -> None:
    await fill(server, tmp_path, clock)
    clock.move(3 * 3600)
    server.body = json.dumps({"data": [{"id": "new/one"}, *FEW]})
    async with catalogue_of(server, tmp_path, clock) as catalogue:
        assert catalogue.listing.freshness(clock()) == "no models known"
        opened = await catalogue.open()
        assert (len(opened.index.entries), opened.fetched) == (COUNT, START)
        assert opened.freshness(clock()) == "as of 3 hours ago"
        assert server.models_asked() == 1
        seen = []
        catalogue.refresh_behind()
        async for listing in catalogue.watch():
            seen.append((listing.freshness(clock()), len(listing.index.entries)))
            if listing.fetched == clock.now and not listing.refreshing:
                break
    assert seen[0] == ("as of 3 hours ago", COUNT)
    assert ("as of 3 hours ago, asking again …", COUNT) in seen
    assert seen[-1] == ("as of just now", COUNT + 1)


async def test_what_is_fresh_is_not_asked_for_again(server: ListingServer, tmp_path: Path, clock: Clock) -> None:
    await fill(server, tmp_path, clock)
    async with catalogue_of(server, tmp_path, clock) as catalogue:
        clock.move(FRESH_SECONDS - 1)
        await catalogue.refresh(older_than=FRESH_SECONDS)
        assert server.models_asked() == 1
        clock.move(2)
        await asyncio.gather(*(catalogue.refresh(older_than=FRESH_SECONDS) for _ in range(3)))
        assert server.models_asked() == 2
        clock.move(-3600)  # a clock that was set back: who knows how old it is
        await catalogue.refresh(older_than=FRESH_SECONDS)
        assert server.models_asked() == 3


async def test_the_cache_holds_the_reply_as_it_came_for_its_owner_alone(
    server: ListingServer, tmp_path: Path, clock: Clock
) -> None:
    file = await fill(server, tmp_path, clock)
    assert json.dumps(json.loads(file.read_text())["models"]) == REPLY
    assert REPLY in file.read_text()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]


BROKEN: dict[str, tuple[int, str | bytes]] = {
    "a web page": (200, "<!DOCTYPE html><html><body>Sign in</body></html>"),
    "nothing": (200, ""),
    "half of it": (200, REPLY[: len(REPLY) // 2]),
    "no list": (200, '{"data": null}'),
    "an empty list": (200, '{"data": []}'),
    "null everything": (200, json.dumps({"data": [dict.fromkeys(FEW[0])] * 3})),
    "a list of numbers": (200, '{"data": [1, 2, 3]}'),
    "another object": (200, '{"object": "error"}'),
    "bytes": (200, b"\xff\xfe\x00"),
    "nested without end": (200, "[" * 5000),
    "an error": (500, '{"error": {"code": 500, "message": "Internal Server Error"}}'),
    "an error under 200": (200, '{"error": {"code": 502, "message": "Bad gateway"}}'),
    "no such page": (404, "404 page not found"),
}


@pytest.mark.parametrize("reply", BROKEN)
async def test_a_broken_reply_never_takes_the_place_of_a_good_one(
    server: ListingServer, tmp_path: Path, clock: Clock, reply: str
) -> None:
    file = await fill(server, tmp_path, clock)
    kept = file.read_bytes()
    server.status, server.body = BROKEN[reply]
    clock.move(86_400)
    async with catalogue_of(server, tmp_path, clock) as catalogue:
        listing = await catalogue.refresh()
        assert len(listing.index.entries) == COUNT == len(await catalogue.entries())
        assert listing.freshness(clock()) == "as of 1 day ago"
        assert listing.problem.endswith(".")
    assert file.read_bytes() == kept
    async with catalogue_of(server, None, clock) as catalogue:
        if reply in ("no list", "an empty list", "null everything", "a list of numbers"):
            assert await catalogue.entries() == ()
        else:
            with pytest.raises(RefusedError, match=r"\.$"):
                await catalogue.entries()


async def test_after_a_failure_the_problem_goes_with_the_next_good_list(
    server: ListingServer, tmp_path: Path, clock: Clock
) -> None:
    async with catalogue_of(server, tmp_path, clock) as catalogue:
        server.status = 503
        assert (await catalogue.refresh()).problem
        assert kept_in(tmp_path) == []
        server.status = 200
        listing = await catalogue.refresh()
        assert (listing.problem, len(listing.index.entries)) == ("", COUNT)


ODD: list[Any] = [
    {"id": "a/whole", "name": "Whole", "context_length": 1000},
    {"id": "a/strange", "future": {"field": [1]}, "context_length": "many", "pricing": "free", "architecture": 7},
    {"id": "a/null", **dict.fromkeys(("name", "pricing", "architecture", "created", "supported_parameters"))},
    {
        "id": "a/hostile",
        "name": "\x1b[2J[red]x[/]\u202e",
        "description": "\x07" * 50,
        "supported_parameters": [None, 3],
    },
    {"id": "a/whole", "name": "Twice"},
    {"id": "\x1b]52;c;x\x07", "created": 10**40},
    {"name": "without an id"},
    None,
    "text",
]


async def test_what_is_valid_in_a_broken_list_is_there(server: ListingServer, tmp_path: Path, clock: Clock) -> None:
    server.body = json.dumps({"data": ODD, "unknown": True})
    file = await fill(server, tmp_path, clock)
    async with catalogue_of(server, file.parent.parent, clock) as catalogue:
        entries = (await catalogue.open()).index.entries
        assert [entry.id for entry in entries] == ["a/whole", "a/strange", "a/null", "a/hostile", "\x1b]52;c;x\x07"]
        assert (entries[0].name, entries[0].context, entries[1].context) == ("Whole", 1000, None)


async def test_ten_thousand_models_are_read_and_what_is_no_model_is_left_out(
    server: ListingServer, clock: Clock
) -> None:
    shape = FEW[0]
    many: list[dict[str, Any]] = [{**shape, "id": f"a/{number}"} for number in range(10_000)]
    server.body = json.dumps({"data": [{"id": "a/bomb", "supported_parameters": [1] * 50_000}, *many]})
    async with catalogue_of(server, None, clock) as catalogue:
        entries = await catalogue.entries()
        assert (len(entries), entries[-1].id, entries[-1].context) == (10_000, "a/9999", shape["context_length"])


def _other_server(whole: dict[str, Any]) -> str:
    return json.dumps({**whole, "server": "https://elsewhere.example/api/v1"})


DAMAGE: dict[str, Callable[[dict[str, Any]], str]] = {
    "not JSON": lambda whole: "{",
    "empty": lambda whole: "",
    "cut": lambda whole: json.dumps(whole)[:-100],
    "of another server": _other_server,
    "of a newer version": lambda whole: json.dumps({**whole, "v": 2}),
    "without its time": lambda whole: json.dumps({**whole, "fetched": None}),
    "with a time that is none": lambda whole: json.dumps({**whole, "fetched": "yesterday"}),
    "without models": lambda whole: json.dumps({**whole, "models": {"data": 5}}),
    "a list": lambda whole: "[]",
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_cache_that_makes_no_sense_is_none_and_is_replaced(
    server: ListingServer, tmp_path: Path, clock: Clock, damage: str
) -> None:
    file = await fill(server, tmp_path, clock)
    good = file.read_text()
    file.write_text(DAMAGE[damage](json.loads(good)))
    async with catalogue_of(server, tmp_path, clock) as catalogue:
        assert (await catalogue.open()).fetched is None
        await catalogue.refresh()
    assert file.read_text() == good


async def test_a_disk_that_refuses_costs_the_cache_alone(server: ListingServer, tmp_path: Path, clock: Clock) -> None:
    cache = tmp_path / "cache"
    cache.write_text("a file where the folder should be")
    async with catalogue_of(server, cache, clock) as catalogue:
        assert len((await catalogue.refresh()).index.entries) == COUNT
        server.only["zdr=true"] = ["openai/gpt-5.5"]
        assert (await catalogue.answered([ZDR])).answers[ZDR].ids == {"openai/gpt-5.5"}


async def test_a_filter_that_the_server_answers_is_asked_once_and_kept(
    server: ListingServer, tmp_path: Path, clock: Clock
) -> None:
    server.only = {"zdr=true": ["openai/gpt-5.5", "x-ai/grok-4.3"], "providers=groq": ["qwen/qwen3-32b"]}
    server.others["/providers"] = {"data": [{"name": "Groq", "slug": "groq"}, {"name": "No slug"}]}
    questions = [ZDR, PROVIDERS, "provider:groq", "provider:gro"]
    async with catalogue_of(server, tmp_path, clock) as catalogue:
        catalogue.ask(questions)
        assert {catalogue.listing.answers[question] for question in questions} == {Answer("asking")}
        answers = (await catalogue.answered(questions)).answers
        assert [(answers[question].progress, sorted(answers[question].ids)) for question in questions] == [
            ("told", ["openai/gpt-5.5", "x-ai/grok-4.3"]),
            ("told", ["groq"]),
            ("told", ["qwen/qwen3-32b"]),
            ("told", []),  # there is no such provider, so nothing was asked about it
        ]
        asked = len(server.asked)
        assert not [address for address in server.asked if address.endswith("providers=gro")]
    async with catalogue_of(server, tmp_path, clock) as catalogue:
        again = (await catalogue.answered(questions[:3])).answers
        assert [again[question] for question in questions[:3]] == [answers[question] for question in questions[:3]]
        assert len(server.asked) == asked
        clock.move(ANSWER_SECONDS + 1)
        server.only["zdr=true"] = ["x-ai/grok-4.3"]
        assert (await catalogue.answered([ZDR])).answers[ZDR].ids == {"x-ai/grok-4.3"}


async def test_a_server_that_does_not_know_the_question_is_not_believed(
    server: ListingServer, tmp_path: Path, clock: Clock
) -> None:
    """It answers with all it has, whatever is asked."""
    async with catalogue_of(server, tmp_path, clock) as catalogue:
        answers = (await catalogue.answered([ZDR, "provider:groq"])).answers
        assert {name: answer.progress for name, answer in answers.items()} == {
            ZDR: "untold",
            PROVIDERS: "untold",
            "provider:groq": "untold",
        }
        asked = len(server.asked)
        await catalogue.answered([ZDR, "provider:groq"])
        assert len(server.asked) == asked
        clock.move(AGAIN_SECONDS + 1)
        server.only["zdr=true"] = ["x-ai/grok-4.3"]
        assert (await catalogue.answered([ZDR])).answers[ZDR].ids == {"x-ai/grok-4.3"}


async def test_an_answer_that_failed_says_why(server: ListingServer, clock: Clock) -> None:
    async with catalogue_of(server, None, clock) as catalogue:
        await catalogue.refresh()
        server.status = 500
        answer = (await catalogue.answered([ZDR])).answers[ZDR]
        assert (answer.progress, answer.problem[-1]) == ("untold", ".")


async def test_a_session_lives_on_its_cache_while_the_server_is_away(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    with listing_server(REPLY) as server:
        where = Server(server.base_url, "key")
        first = Session(where, paths=paths)
        await first.preload()
        assert len(await first.models()) == COUNT
        await first.close()
        assert server.models_asked() == 1
    second = Session(where, paths=paths)
    try:
        await second.preload()
        assert len(second.catalogue.listing.index.entries) == COUNT
        assert len(await second.models()) == COUNT
        assert second.catalogue.listing.problem
    finally:
        await second.close()
