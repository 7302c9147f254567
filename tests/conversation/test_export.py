"""A conversation as Markdown."""

from __future__ import annotations

from dataclasses import replace

from chat_tui.conversation.export import to_markdown
from chat_tui.conversation.ids import new_id
from chat_tui.conversation.metadata import Metadata
from chat_tui.conversation.values import Failure, FilePart, Receipt, TextPart, UnknownPart
from tests.conversation.samples import NOON, message


def test_a_conversation_with_everything() -> None:
    prompt = message("Draw *this*.")
    reply = replace(
        message("", prompt, role="assistant"),
        parts=(TextPart("Here."), FilePart("ab" * 32, "image/png", "image.png", 1234), UnknownPart({"type": "x"})),
        status="interrupted",
        receipt=Receipt(model="m/one", provider="P"),
        failure=Failure("It broke."),
    )
    metadata = Metadata(new_id(), NOON, title="A title", settings={"system": "Be brief."})
    assert to_markdown(metadata, [prompt, reply]) == (
        "# A title\n\n"
        "## System\n\nBe brief.\n\n"
        "## You\n\nDraw *this*.\n\n"
        "## m/one · P (interrupted)\n\nHere.\n\n[image.png, 1,234 bytes]\n\n[a part that this version can't show]\n\n"
        "> It broke.\n"
    )


def test_without_a_receipt_the_model_that_was_asked_is_named() -> None:
    reply = replace(message("Hi", role="assistant"), model="m/asked")
    assert "## m/asked\n\nHi\n" in to_markdown(Metadata(new_id(), NOON), [reply])


def test_an_empty_conversation_is_its_title() -> None:
    assert to_markdown(Metadata(new_id(), NOON), []) == "# Untitled\n"


def test_text_is_as_it_was_written() -> None:
    text = "\x1b[2J\u202e `raw`\n\n# not a heading of ours"
    assert text in to_markdown(Metadata(new_id(), NOON), [message(text)])
