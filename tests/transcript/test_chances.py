"""The probabilities of a reply's tokens, as rows."""

from __future__ import annotations

import pytest

from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.values import Chance, Likely, Message, TextPart
from chat_tui.transcript.chances import FOLD, percent, shown_token
from chat_tui.transcript.lines import Sections
from chat_tui.transcript.message import Item
from tests.transcript.samples import context

TEA = Chance(
    Likely(" Tea", -0.1), (Likely(" Tea", -0.1), Likely("Or\n", -2.5), Likely("日本語", -4.0), Likely("\x1b[2J", -9.0))
)
HALF = Chance(Likely("\\xf0\\x9f", -1.0, b"\xf0\x9f"))
LONG = Chance(Likely("word" * 20, None), tuple(Likely(f"other{n}", -1.0 - n) for n in range(20)))


def weighed(*chances: Chance) -> Item:
    return Item(Message(new_id(), None, "assistant", (TextPart("Tea"),), now(), logprobs=chances))


def lines_of(item: Item, width: int = 80) -> Sections:
    item.lines = None
    return item.render(context(width), lambda _: "")


def test_they_are_one_quiet_line_until_they_are_wanted() -> None:
    item = weighed(TEA, HALF)
    assert [line.strip.text.strip() for line in lines_of(item)][2] == "▸ probabilities of 2 tokens"
    item.toggle(FOLD)
    assert [line.strip.text.rstrip() for line in lines_of(item)][2:6] == [
        "  ▾ probabilities of 2 tokens",
        "  │ “ Tea”             90.5 %  “Or⏎”         8.2 %  “日本語”      1.8 %",
        "  │                            “␛[2J”      < 0.1 %",
        "  │ bytes F0 9F        36.8 %",
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_every_alternative_has_its_place_at_any_width(width: int) -> None:
    item = weighed(TEA, LONG)
    item.toggle(FOLD)
    lines = list(lines_of(item, width))
    text = "\n".join(line.strip.text for line in lines)
    assert all(f"“other{n}”" in text for n in range(20))
    assert all(line.strip.cell_length < width for line in lines)


def test_a_table_of_all_is_copied() -> None:
    item = weighed(TEA, HALF)
    (code,) = lines_of(item).code()
    assert item.source_of(code) == (
        "“ Tea”\t90.5 %\t“Or⏎”\t8.2 %\t“日本語”\t1.8 %\t“␛[2J”\t< 0.1 %\nbytes F0 9F\t36.8 %"
    )


def test_only_rows_in_view_are_made() -> None:
    class Counted(tuple[Chance, ...]):
        """Counts what is looked at."""

        looked = 0

        def __getitem__(self, index: int) -> Chance:  # type: ignore[override]  # slices aren't taken
            Counted.looked += 1
            return super().__getitem__(index)

    item = Item(Message(new_id(), None, "assistant", (TextPart("Tea"),), now(), logprobs=Counted([TEA] * 20_000)))
    item.toggle(FOLD)
    lines = lines_of(item)
    assert len(lines) > 40_000
    assert "“ Tea”" in lines[30_003].strip.text
    assert Counted.looked < 10


@pytest.mark.parametrize(
    ("likely", "shown", "told"),
    [
        (Likely("a", 0.0), "“a”", "100.0 %"),
        (Likely("\ufffd", -9999.0, "🍵".encode()), "“🍵”", "< 0.1 %"),
        (Likely("", None), "“”", "–"),
        (Likely("\t\r\n", 0.5), "“⇥⏎”", "100.0 %"),
    ],
)
def test_a_token_is_shown_with_what_cannot_be_seen(likely: Likely, shown: str, told: str) -> None:
    assert (shown_token(likely), percent(likely)) == (shown, told)
