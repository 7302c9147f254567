"""What is shown of a reply beside its words: JSON as a tree, the probabilities of tokens, what was left out."""

from __future__ import annotations

import json

import pytest

from chat_tui.demo.samples import JSON
from tests.app.conftest import Running, Starter

OF_OBJECTS = json.dumps(JSON, ensure_ascii=False, indent=2)


async def test_json_is_a_tree_that_folds_and_is_copied_as_it_came(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as running:
        running.screen.command_choose_model("demo/json")
        await running.type("/format json_object", "enter")
        await running.send("Pack, please")
        await running.until_shown("▾ {", '▾   "answers": [', '"an apple"', '"count": 2')
        await running.pilot.press("tab", "enter")  # at the message: all of it
        await running.until_shown("▸ {…}  4 keys")
        await running.pilot.press("c")
        assert running.app.clipboard == OF_OBJECTS
        await running.pilot.press("enter", "down")  # to what folds next
        await running.pilot.press("y")
        assert json.loads(running.app.clipboard) == JSON["answers"]
        await running.pilot.press("enter")
        await running.until_shown('▸   "answers": […],  2 items')
        assert '"an apple"' not in running.text()
        rows = running.text().split("\n")
        place = next((row.index("▸"), y) for y, row in enumerate(rows) if '"answers"' in row)
        await running.pilot.click(offset=place)
        await running.until_shown('"an apple"')


async def test_find_unfolds_what_hides_a_match(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as running:
        running.screen.command_choose_model("demo/json")
        await running.type("/format json_object", "enter")
        await running.send("Pack, please")
        await running.pilot.press("tab", "enter")
        await running.until_shown("▸ {…}")
        await running.type("/apple", "enter")
        await running.until_shown('"an apple"')


async def test_json_that_was_cut_says_so_and_is_text(starter: Starter) -> None:
    async with starter.run(size=(80, 24)) as running:
        running.screen.command_choose_model("demo/json")
        await running.type("/format json_object", "enter")
        await running.type("/max-tokens 20", "enter")
        await running.send("Pack, please")
        await running.until_shown("{\n", "The JSON ends before it is whole; it is shown as it came.")
        assert "▾ {" not in running.text()


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_probabilities_unfold_and_are_copied_as_a_table(starter: Starter, size: tuple[int, int]) -> None:
    async with starter.run(size=size) as running:
        running.screen.command_choose_model("x-ai/grok-4.3")
        await running.type("/logprobs on", "enter")
        await running.type("/top-logprobs 4", "enter")
        await running.send("Tea?")
        chances = running.chat.path[-1].logprobs
        label = f"probabilities of {len(chances)} tokens"
        await running.until_shown(f"▸ {label}")
        await running.pilot.press("tab", "enter")
        await running.until_shown(f"▾ {label}", "│ “", " %")
        await running.pilot.press("y")
        table = [line.split("\t") for line in running.app.clipboard.splitlines()]
        assert len(table) == len(chances)
        assert {len(row) for row in table} <= {8, 10}
        await running.pilot.press("enter")
        await running.until_shown(f"▸ {label}")


async def test_what_compression_left_out_is_in_the_receipt(starter: Starter) -> None:
    async with starter.run() as running:
        running.screen.command_choose_model("demo/text-only")
        await running.type("/compress on", "enter")
        for count in (1, 2, 3):
            running.screen.composer.put(f"Part {count}: {'x' * 30_000}")
            await running.pilot.press("enter")
            await until_replied(running, 2 * count)
        await running.until(lambda: "context compression: 1 message left out, " in " ".join(running.text().split()))


async def until_replied(running: Running, messages: int) -> None:
    await running.until(lambda: len(running.chat.path) == messages and running.chat.path[-1].status == "complete")
