"""How many tokens a request is, by our own count."""

from __future__ import annotations

from typing import Any

import pytest

from chat_tui.conversation.values import FilePart, LinkPart, Part, TextPart, UnknownPart
from chat_tui.cost.tokens import MESSAGE, estimate_tokens, part_tokens, request_tokens, text_tokens


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


def file(media_type: str, size: int = 0, **known: Any) -> FilePart:
    """Return a file of which so much is known."""
    return FilePart("0" * 64, media_type, "name", size, **known)


@pytest.mark.parametrize(
    ("part", "author", "tokens"),
    [
        (file("image/png", width=1000, height=750), "anthropic", 1000),
        (file("image/png", width=10_000, height=7_500), "anthropic", 1600),
        (file("image/png", width=384, height=384), "google", 258),
        (file("image/png", width=1536, height=768), "google", 516),
        (file("image/png", width=1024, height=1024), "openai", 765),
        (file("application/pdf", pages=10), "google", 2580),
        (file("audio/wav", seconds=60.0), "google", 1920),
        (file("video/mp4", seconds=10.0), "google", 3000),
        (file("text/plain", size=4_100), "", 1000),
        (UnknownPart({}), "", 0),
    ],
)
def test_files_count_as_their_makers_document(part: Part, author: str, tokens: int) -> None:
    assert round(part_tokens(part, author)) == tokens


@pytest.mark.parametrize("kind", ["image/x", "audio/x", "video/x", "application/pdf", "?"])
def test_a_file_of_which_nothing_is_known_counts_something(kind: str) -> None:
    assert part_tokens(file(kind)) > 0
    assert part_tokens(LinkPart("image", "https://example.com/a.png", "a.png")) > 0
    assert part_tokens(TextPart("Why?")) > 0
