"""Links among the lines of a message: which there are, in which pieces, and how a reader goes from one to the next."""

from __future__ import annotations

from chat_tui.transcript.lines import Sections
from chat_tui.transcript.links import ChosenLink, links_in
from chat_tui.transcript.message import Item
from tests.transcript.samples import context
from tests.transcript.test_view import reply

SOURCE = """\
See [**the** map](https://example.com/map), https://example.com/a/long/address/that/wraps and <me@example.com>.

[the map](https://example.com/map)
[the map](https://example.com/map)

```
https://example.com/code
```

[not one](javascript:alert)
"""


def lines_of(source: str, width: int = 40) -> Sections:
    return shown(Item(reply(source)), width)


def shown(item: Item, width: int = 40) -> Sections:
    lines = item.render(context(width), lambda _: "")
    lines.make()
    return lines


def test_each_link_is_there_once_however_it_is_styled_and_wrapped() -> None:
    lines = lines_of(SOURCE)
    found = [
        (link.href, "".join(lines[row].strip.text[start:end] for row, start, end in link.pieces))
        for link in links_in(lines)
    ]
    assert found == [
        ("https://example.com/map", "the map"),
        ("https://example.com/a/long/address/that/wraps", "https://example.com/a/long/address/that/wraps"),
        ("mailto:me@example.com", "me@example.com"),
        ("https://example.com/map", "the map"),
        ("https://example.com/map", "the map"),
    ]


def test_steps_begin_with_what_is_in_view_and_go_around() -> None:
    item = Item(reply("\n\n".join(f"[{number}](https://example.com/{number})" for number in range(4))))
    lines = shown(item)
    rows = [link.row for link in links_in(lines)]
    for seen, step, wanted in (
        (range(len(lines)), 1, "01230"),
        (range(len(lines)), -1, "32103"),
        (range(rows[2], len(lines)), 1, "230"),
        (range(rows[1], rows[2]), -1, "103"),
        (range(len(lines), len(lines)), 1, "012"),
    ):
        chosen = ChosenLink()
        found = [chosen.step(item, lines, seen, step) for _ in wanted]
        assert "".join(link.href[-1] for link in found if link) == wanted, (seen, step)
        assert chosen.of(item) == found[-1]
        assert chosen.of(Item(reply("another"))) is None
        assert chosen.href.endswith(wanted[-1])


def test_a_link_is_found_again_in_lines_that_are_made_anew() -> None:
    item = Item(reply(SOURCE))
    chosen = ChosenLink()
    lines = shown(item, 80)
    chosen.step(item, lines, range(len(lines)), 1)
    wide = chosen.step(item, lines, range(len(lines)), 1)
    shown(item, 30)
    narrow = chosen.of(item)
    assert wide is not None
    assert narrow is not None
    assert narrow.href == wide.href
    assert len(narrow.pieces) > len(wide.pieces)


def test_a_message_without_links_has_none_to_go_to() -> None:
    lines = lines_of("Nothing")
    assert ChosenLink().step(Item(reply("Nothing")), lines, range(len(lines)), 1) is None
