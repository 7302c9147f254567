"""`chat-tui cost`, and what becomes of the cost of replies whose process was killed."""

from __future__ import annotations

import asyncio
import csv
import json
import sys
from decimal import Decimal

import pytest

from chat_tui.cli.output import write_json
from chat_tui.config.server import Server
from chat_tui.conversation.ids import now
from chat_tui.demo.server import DEMO_KEY, DemoServer
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.engine.settling import Patience
from chat_tui.paths import Paths
from tests.cli.home import PATIENCE, Home, command, until
from tests.cost_samples import reply_of
from tests.search.libraries import Shelf

STOPS = """
import asyncio, os
from chat_tui.config.server import find_server
from chat_tui.engine.library import Library
from chat_tui.engine.session import Session
from chat_tui.engine.settling import Patience
from chat_tui.paths import Paths

async def stop_a_reply():
    paths = Paths.find(os.environ)
    session = Session(find_server(os.environ, paths.credentials), paths=paths, patience=Patience(first_wait=3600))
    chat = Library(paths, built_in={"model": "demo/slow"}).begin()
    turn = await session.send(chat, "Say hello")
    async for batch in turn.watch():
        if any(type(tagged.event).__name__ == "Text" for tagged in batch):
            break
    turn.stop()
    print((await turn.wait()).status, flush=True)
    await asyncio.sleep(3600)

asyncio.run(stop_a_reply())
"""
"""A program that stops a reply, and waits long before it asks what that cost."""
HASTY = Patience(first_wait=0.02, longest_wait=0.1)


def paths_of(home: Home) -> Paths:
    variables = home.environment()
    return Paths.find(variables)


async def run_until_settled(home: Home, server: DemoServer) -> None:
    """Run the engine as the application does at its start, until no cost is pending."""
    paths = paths_of(home)
    session = Session(Server(server.base_url, DEMO_KEY), paths=paths, patience=HASTY)
    session.account_for_earlier(Library(paths))
    assert session.spending is not None
    try:
        async with asyncio.timeout(PATIENCE):
            # Files set no event.
            while not (found := await session.spending.entries()) or any(one.spent.pending for one in found):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    finally:
        await session.close()


@pytest.mark.parametrize(
    "status",
    ["interrupted", "cancelled"],
    ids=["killed in mid-stream", "killed between cancel and settlement"],
)
def test_what_a_killed_process_owes_is_settled_by_the_next(
    slow_home: Home, paced_server: DemoServer, status: str
) -> None:
    before = len(paced_server.books.entries)
    is_stopped = status == "cancelled"
    program = [sys.executable, "-c", STOPS] if is_stopped else command("ask", "Say hello", "--model", "demo/slow")
    process = slow_home.start_process(program)
    try:
        if is_stopped:
            assert process.stdout is not None
            assert process.stdout.readline() == b"cancelled\n"
        else:
            until(slow_home.partial, "words")
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)
    until(lambda: paced_server.books.settled(0.1), "the end on the server")
    (entry,) = paced_server.books.entries[before:]
    asyncio.run(run_until_settled(slow_home, paced_server))

    told = slow_home.run("cost", "--by", "provider", "--json").json()
    assert (told["replies"], told["pending"], told["unknown"]) == (1, 0, 0)
    assert Decimal(repr(told["cost"])) == entry.cost > 0
    records = slow_home.messages()
    assert [one["status"] for one in records if one["type"] == "message" and one["role"] == "assistant"] == [status]
    (receipt,) = [one["receipt"] for one in records if one["type"] == "receipt"]
    assert (receipt["generation"], Decimal(receipt["cost"])) == (entry.id, entry.cost)


@pytest.fixture
def spent(home: Home) -> Home:
    """A home in which something was spent."""
    for model in ("markdown", "reasoning", "markdown"):
        home.converse(model=f"demo/{model}")
    return home


def test_costs_add_up_in_every_form(spent: Home) -> None:
    costs = [Decimal(one["receipt"]["cost"]) for one in spent.messages() if one.get("receipt")]
    told = json.loads(spent.run("cost", "--by", "model", "--json").out, parse_float=Decimal)
    assert (told["schema"], told["by"], told["since"], told["replies"]) == (1, "model", None, 3)
    assert told["cost"] == sum(costs)
    assert {row["model"]: row["replies"] for row in told["rows"]} == {"demo/markdown": 2, "demo/reasoning": 1}
    rows = list(csv.DictReader(spent.run("cost", "--by", "day", "--csv").out.splitlines()))
    assert [Decimal(row["cost"]) for row in rows] == [sum(costs)]
    printed = spent.run("cost", "--by", "chat").out.splitlines()
    assert len(printed) == 4
    assert printed[-1].split()[0] == "all"
    assert f"${sum(costs):f}" in printed[-1]
    points = {line.index(".", line.index("$")) for line in printed}
    assert len(points) == 1, "amounts stand with their points below each other"


def test_a_day_bounds_it(spent: Home) -> None:
    assert spent.run("cost", "--since", "2999-01-01", "--json").json()["rows"] == []
    assert "since then" in spent.run("cost", "--since", "2999-01-01").sentence
    assert spent.run("cost", "--since", "2020-01-01", "--json").json()["replies"] == 3
    wrong = spent.run("cost", "--since", "yesterday")
    assert wrong.code == 2
    assert "“yesterday” is no day" in wrong.err


def test_nothing_was_spent(home: Home) -> None:
    assert home.run("cost").sentence == "Nothing was spent yet."
    assert home.run("cost", "--csv").out == ""
    assert home.run("cost", "--json").json()["cost"] == 0


def test_a_spreadsheet_takes_no_title_for_a_formula(home: Home) -> None:
    home.converse("=1+1")
    (row,) = csv.DictReader(home.run("cost", "--by", "chat", "--csv").out.splitlines())
    assert row["title"] == "'=1+1"


def test_json_has_every_digit(capsys: pytest.CaptureFixture[str]) -> None:
    long, short = Decimal("0.12345678901234567890123"), Decimal("0.10")
    write_json({"long": long, "short": short, "text": "0.1"})
    told = json.loads(capsys.readouterr().out, parse_float=Decimal)
    assert told == {"long": long, "short": short, "text": "0.1"}


def test_nothing_is_rounded(home: Home) -> None:
    shelf = Shelf(paths_of(home))
    for cost in ("0.12345678901234567890123", "0.000000001"):
        shelf.add(reply_of(now(), "a/model", "Provider", Decimal(cost)))
    whole = "0.12345679001234567890123"
    assert f'"cost": {whole},' in home.run("cost", "--json").out
    assert f",{whole}," in home.run("cost", "--csv").out
    assert home.run("cost", "--by", "chat", "--csv").out.count(",0.000000001,") == 1, "no exponent"
    assert f"${whole}" in home.run("cost").out
