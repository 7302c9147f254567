"""The printable door: nothing that drives a terminal gets through, nothing else is changed."""

from __future__ import annotations

import pytest

from chat_tui.text import one_line, printable

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t\r"]
BIDI = list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SEPARATORS = ["\u2028", "\u2029"]
SURROGATES = ["\ud800", "\udbff", "\udc00", "\udc80", "\udfff"]
UNPRINTABLE = [*CONTROLS, *BIDI, *SEPARATORS, *SURROGATES]


@pytest.mark.parametrize("character", UNPRINTABLE, ids=ascii)
def test_it_becomes_visible(character: str) -> None:
    shown = printable(f"a{character}b")
    assert character not in shown
    assert shown.startswith("a")
    assert shown.endswith("b")
    assert len(shown) >= 3
    assert shown.isprintable()


def test_different_controls_look_different() -> None:
    assert len({printable(character) for character in UNPRINTABLE}) == len(UNPRINTABLE)


def test_escape_and_bell_have_their_own_symbols() -> None:
    assert printable("\x1b]52;c;x\x07\x9b2J\x7f") == "␛]52;c;x␇⟨9B⟩2J␡"


@pytest.mark.parametrize(
    "text", ["", "plain", "two\nlines\tand a tab", "héllo wörld 漢字 🦜 👩‍👩‍👧 e\u0301", "[/foo] [bold]"]
)
def test_what_is_printable_is_not_changed(text: str) -> None:
    assert printable(text) == text


def test_carriage_returns_are_newlines() -> None:
    assert printable("a\r\nb\rc\n\rd") == "a\nb\nc\n\nd"


def test_what_passed_once_passes_unchanged() -> None:
    everything = "".join(map(chr, range(0x3000))) + "".join(SURROGATES)
    once = printable(everything)
    assert printable(once) == once
    once.encode()


def test_one_line_is_one_line() -> None:
    assert one_line("  a\r\n\tb\u2028c \x85 d\n") == "a b⟨U+2028⟩c ⟨85⟩ d"


@pytest.mark.parametrize(
    ("text", "limit", "line"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("abcd efg", 6, "abcd…"),
        ("abc", 1, "…"),
        ("", 5, ""),
        ("ab" + " " * 100 + "cd", 6, "ab…"),
        ("x" * 10**6, 3, "xx…"),
    ],
)
def test_a_line_too_long_says_so(text: str, limit: int, line: str) -> None:
    assert one_line(text, limit) == line


def test_a_line_is_never_longer_than_its_limit() -> None:
    for limit in range(1, 30):
        assert len(one_line("\x1b\u202e word" * 20, limit)) <= limit
