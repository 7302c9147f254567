"""How many tokens a request is, by our own count."""

from __future__ import annotations

from typing import Any

import pytest

from chat_tui.cost.tokens import MESSAGE, Attached, estimate_tokens, file_tokens, request_tokens, text_tokens


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        # Counted by Mistral's Tekken tokenizer.
        ("What should I see in two days, starting at the station?", 13),
        ("L'histoire de la ville commence au douzième siècle, lorsque des marchands s'installèrent près du gué.", 22),
        ("История города начинается в двенадцатом веке, когда купцы основали поселение у брода через реку.", 26),
        ("この町の歴史は十二世紀に始まり、商人たちが川の浅瀬の近くに集落を作りました。", 31),
        ("def mean(values: list[float]) -> float:\n    return sum(values) / len(values)\n", 20),
    ],
)
def test_texts_of_all_kinds_are_counted_well_enough(text: str, counted: int) -> None:
    assert estimate_tokens(text) == pytest.approx(counted, rel=0.25)


def test_nothing_is_nothing_and_a_letter_is_one() -> None:
    assert (estimate_tokens(""), estimate_tokens("a"), estimate_tokens("\ud800")) == (0, 1, 1)


def test_a_text_in_pieces_is_what_it_is_as_a_whole() -> None:
    text = "Zwölf 12 数字 and “more” 🎉.\n"
    assert sum(map(text_tokens, text)) == pytest.approx(text_tokens(text))


TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
DETAILS = [{"type": "reasoning.text", "text": "Why not?"}]
CALL = {"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}


@pytest.mark.parametrize(
    "more",
    [
        {"messages": [{"role": "system", "content": "Be brief."}]},
        {"messages": [{"role": "assistant", "content": None, "tool_calls": [CALL]}]},
        {"messages": [{"role": "assistant", "content": "So.", "reasoning_details": DETAILS}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Look at this."}]}]},
        {"tools": [TOOL]},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "stop", "schema": {"type": "object"}}}},
    ],
)
def test_whatever_is_sent_counts(more: dict[str, Any]) -> None:
    assert request_tokens(more) > MESSAGE * len(more.get("messages", ())) + 1


def test_what_is_no_message_counts_nothing() -> None:
    assert request_tokens({"messages": "none", "tools": [3], "temperature": 1}) == 0
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 4_000}}
    assert request_tokens({"messages": [{"role": "user", "content": [picture]}]}) == MESSAGE


@pytest.mark.parametrize(
    ("file", "author", "tokens"),
    [
        (Attached("image/png", 1000, 750), "anthropic", 1000),
        (Attached("image/png", 10_000, 7_500), "anthropic", 1600),
        (Attached("image/png", 384, 384), "google", 258),
        (Attached("image/png", 1536, 768), "google", 516),
        (Attached("image/png", 1024, 1024), "openai", 765),
        (Attached("application/pdf", pages=10), "google", 2580),
        (Attached("audio/wav", seconds=60.0), "google", 1920),
        (Attached("video/mp4", seconds=10.0), "google", 3000),
    ],
)
def test_files_count_as_their_makers_document(file: Attached, author: str, tokens: int) -> None:
    assert round(file_tokens(file, author)) == tokens


def test_a_file_of_which_nothing_is_known_counts_something() -> None:
    assert all(file_tokens(Attached(kind)) > 0 for kind in ("image/x", "audio/x", "video/x", "application/pdf", "?"))
