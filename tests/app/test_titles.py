"""Titles: of the first words, or by a model when a setting names one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chat_tui.conversation.metadata import read_metadata
from chat_tui.cost.sums import total_cost
from chat_tui.cost.written import format_cost
from tests.app.conftest import Starter
from tests.engine.conftest import library_at

TITLED = {"title_model": "demo/fast"}


async def test_a_model_titles_a_new_conversation_and_its_cost_is_in_the_receipt(starter: Starter) -> None:
    async with starter.run(size=(120, 40), settings=TITLED) as app:
        await app.send("What should I see in Kyoto?")
        folder = app.chat.folder.path
        await app.until(lambda: read_metadata(folder).title not in ("", "What should I see in Kyoto?"))
        title = read_metadata(folder).title
        assert len(title) <= 60
        await app.until_shown(f" {title[:40]}")
        receipt = app.chat.path[-1].receipt
        assert receipt
        (aside,) = receipt.asides
        assert aside.what == "title"
        assert aside.model == "demo/fast"
        assert aside.cost is not None
        assert aside.cost > 0
        assert receipt.cost
        await app.until_shown(f"title {format_cost(aside.cost)}", f"this chat {format_cost(receipt.cost + aside.cost)}")
        await app.send("And more?")  # only the first reply is for a title
        assert read_metadata(folder).title == title
    chat = library_at(starter.library.paths.data.parent).at(folder)
    chat.load()
    chat.close()
    costs = [message.receipt.costs for message in chat.path if message.receipt]
    assert [len(each) for each in costs] == [2, 1]
    assert total_cost(chat.tree) == sum((cost for each in costs for cost in each), Decimal(0))


@pytest.mark.parametrize("model", ["demo/error-429", "nobody/nothing"])
async def test_a_title_that_fails_costs_no_word(starter: Starter, model: str, caplog: pytest.LogCaptureFixture) -> None:
    async with starter.run(size=(80, 24), settings={"title_model": model}) as app:
        await app.send("Hello")
        await app.until(lambda: "A conversation got no title" in caplog.text)
        assert read_metadata(app.chat.folder.path).title == "Hello"
        assert "fail" not in app.text()


async def test_a_title_that_was_given_stays(starter: Starter) -> None:
    async with starter.run(size=(80, 24), settings=TITLED) as app:
        await app.type("/rename Mine", "enter")
        await app.until_shown("Renamed.")
        await app.send("Hello")
        await (await app.app.session()).named(app.chat)
        assert read_metadata(app.chat.folder.path).title == "Mine"
        assert all(not message.receipt.asides for message in app.chat.path if message.receipt)
