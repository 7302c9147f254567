"""What is copied of a selection: source where all of a message is selected, else what is seen, without its padding."""

from __future__ import annotations

import pytest
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import SELECT_ALL, Selection

from chat_tui.transcript import selecting
from chat_tui.transcript.copying import code_blocks
from chat_tui.transcript.view import Transcript
from tests.transcript.test_view import Host, chat, prompt, reply

RICH = """\
## A heading

A paragraph with **bold**, `code` and words enough to be wrapped twice at least.

- one
- two, which is long enough to be wrapped here
  1. nested

> quoted

```python
def stop(name: str) -> str:
\treturn f"{name} is a long line of code that wraps"

stop("伏見")
```

| Stop | Minutes |
|------|--------:|
| 伏見稲荷 | 120 |
| a long cell that wraps in its column | 60 |

The end."""
CODE = 'def stop(name: str) -> str:\n\treturn f"{name} is a long line of code that wraps"\n\nstop("伏見")'


def place_of(transcript: Transcript, message: int, text: str, *, after: bool = False) -> Offset:
    """Return where `text` is seen in a message, or where it ends; half of it is enough when it is wrapped."""
    lines = transcript._stack.whole(message)
    for row, line in enumerate(lines):
        x = line.strip.text.find(text)
        if x >= 0:
            return Offset(
                x + len(text) * after, selecting.place(transcript._stack.first_order + message, lines.address(row))
            )
    raise AssertionError(f"nowhere: {text}")


def copied(transcript: Transcript, start: tuple[int, str], end: tuple[int, str]) -> str:
    """Return what is copied from a text in a message through a text in a message."""
    selection = Selection(place_of(transcript, *start), place_of(transcript, *end, after=True))
    chosen = transcript.get_selection(selection)
    assert chosen is not None
    return chosen[0]


@pytest.fixture(params=[40, 80], ids=lambda width: f"{width} columns")
def width(request: pytest.FixtureRequest) -> int:
    assert isinstance(request.param, int)
    return request.param


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((1, "paragraph"), (1, "bold"), "paragraph with bold"),
        ((1, "A paragraph"), (1, "least."), RICH.split("\n\n")[1]),
        ((1, "A heading"), (1, "A paragraph"), "## A heading\n\nA paragraph"),
        ((1, "def"), (1, 'stop("伏見")'), CODE),
        ((1, "python"), (1, 'stop("伏見")'), CODE),
        ((1, "name: str"), (1, "return"), "name: str) -> str:\n    return"),
        ((1, "name: str"), (1, 'stop("伏見")'), CODE[9:]),
        ((1, "def"), (1, 'wraps"'), CODE.partition("\n\n")[0]),
        ((1, "quoted"), (1, 'stop("伏見")'), f"> quoted\n\n```python\n{CODE}\n```"),
        ((1, "stop("), (1, "Minutes"), f"```python\n{CODE[4:]}\n```\n\n| Stop | Minutes |"),
        ((1, "伏見稲荷"), (1, "60"), "| 伏見稲荷 | 120 |\n| a long cell that wraps in its column | 60 |"),
        ((1, "Minutes"), (1, "稲荷"), "| Stop | Minutes |\n| --- | ---: |\n| 伏見稲荷 | 120 |"),
        ((1, "The"), (1, "end."), "The end."),
        ((1, "A heading"), (1, "end."), RICH),
        ((0, "question"), (1, "A heading"), "question?\n\n## A heading"),
        ((0, "A question"), (1, "end."), f"A question?\n\n{RICH}"),
        ((0, "A question"), (2, "mo"), f"A question?\n\n{RICH}\n\nmo"),
        ((1, "end."), (3, "done"), "end.\n\nmore  **source**\n\ndone"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 else None,
)
async def test_what_is_selected_is_copied_as_its_source_has_it(
    width: int, start: tuple[int, str], end: tuple[int, str], expected: str
) -> None:
    app = Host()
    async with app.run_test(size=(width, 30)) as pilot:
        app.transcript.show([prompt("A question?"), reply(RICH), prompt("more  **source**"), reply("done")])
        await pilot.pause()
        assert copied(app.transcript, start, end) == expected


MARKED = """\
# About `code`

- one **strong** item, which is long enough to be wrapped
  twice, [linked](https://example.com) and *slanted*
- [x] ~~done~~ at last

> said `so`
> thrice
>
> and left"""


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("About", "code", "# About `code`"),
        ("one", "slanted", MARKED.split("\n\n")[1].rpartition("\n")[0]),
        ("one", "last", MARKED.split("\n\n")[1]),
        (
            "strong",
            "last",
            "strong item, which is long enough to be wrapped twice, linked and slanted\n- [x] ~~done~~ at last",
        ),
        ("said", "thrice", MARKED.split("\n\n")[2].rpartition("\n>\n")[0]),
        ("said", "left", MARKED.split("\n\n")[2]),
        ("strong", "item", "strong item"),
        ("done", "at", "done at"),
    ],
)
async def test_a_paragraph_that_is_selected_whole_is_its_source_and_a_part_is_its_words(
    width: int, start: str, end: str, expected: str
) -> None:
    app = Host()
    async with app.run_test(size=(width, 30)) as pilot:
        app.transcript.show([prompt("A question?"), reply(f"{MARKED}\n\nAnd more.")])
        await pilot.pause()
        assert copied(app.transcript, (1, start), (1, end)) == expected


async def test_everything_is_all_sources_without_what_we_wrote() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.transcript.show([prompt("one\n  two"), reply(RICH), prompt(""), reply("  indented\n")])
        await pilot.pause()
        assert app.transcript.get_selection(SELECT_ALL) == (f"one\n  two\n\n{RICH}\n\n  indented", "\n")


async def test_everything_is_all_sources_though_nobody_saw_most_of_it() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        # Its height is guessed at by its source, of which most isn't shown.
        links = "\n\n".join(f"[{number}](https://example.com/{'long/' * 60})" for number in range(60))
        app.transcript.show([reply(links), *chat(12), reply(links)])
        await pilot.pause()
        copied_text, _ = app.transcript.get_selection(SELECT_ALL) or ("", "")
        assert copied_text.startswith(f"{links}\n\nprompt 0\n\nreply 0")
        assert copied_text.endswith(f"\n\n{links}")


async def drag(pilot: Pilot[None], start: tuple[int, int], end: tuple[int, int]) -> None:
    await pilot.mouse_down(Transcript, offset=start)
    await pilot.hover(Transcript, offset=end)
    await pilot.mouse_up(Transcript, offset=end)


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("日本語 and more", (0, 5), "日本語"),
        ("a 👩‍👩‍👧 family", (2, 9), "👩‍👩‍👧 famil"),
        ("e\u0301tude", (0, 1), "e\u0301t"),
    ],
)
async def test_the_mouse_selects_wide_and_joined_characters(text: str, cells: tuple[int, int], expected: str) -> None:
    app = Host()
    async with app.run_test(size=(40, 10)) as pilot:
        app.transcript.show([reply(text)])
        await pilot.pause()
        await drag(pilot, (2 + cells[0], 0), (2 + cells[1], 0))
        assert app.screen.get_selected_text() == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        ("no code but `inline`", []),
        ("```py\na\n\n  b\n```\ntext\n~~~\nc\n~~~", ["a\n\n  b", "c"]),
        ("- x\n\n  ```\n  in\n    list\n  ```\n", ["in\n  list"]),
        ("> ~~~\n> quoted\n> ~~~", ["quoted"]),
        ("    indented\n    code", ["indented\ncode"]),
        ("```\nstill arriving", ["still arriving"]),
        ("````\n```\ninner\n```\n````", ["```\ninner\n```"]),
        ("```\r\nwindows\r\nlines\r\n```", ["windows\nlines"]),
        ("```\n\x1b[2J\x00 as received\n```", ["\x1b[2J\x00 as received"]),
        ("```\n\n```", [""]),
    ],
)
def test_code_blocks_are_found_wherever_they_stand(source: str, expected: list[str]) -> None:
    assert code_blocks(source) == expected
