"""What a chat asks of a model that should go on with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import FilePart, Message, Part, Receipt, Role, TextPart, Usage
from chat_tui.engine.needs import needs_of

FOUR_TOKENS = TextPart("fifteen letters")


def said(role: Role, *parts: Part, used: tuple[int | None, int | None] | None = None) -> Message:
    """Return a message, with what the server counted."""
    receipt = Receipt(usage=Usage(prompt_tokens=used[0], completion_tokens=used[1])) if used else None
    return Message(new_id(), None, role, parts, datetime.now(UTC), receipt=receipt)


def file(media_type: str) -> FilePart:
    """Return a file of that type."""
    return FilePart("0" * 64, media_type, "name", 1)


@pytest.mark.parametrize(
    ("path", "inputs", "tokens"),
    [
        ([], set(), 0),
        ([said("user", FOUR_TOKENS)], set(), 4),
        ([said("user", FOUR_TOKENS), said("assistant", FOUR_TOKENS, used=(1000, 200)), said("user", FOUR_TOKENS)],
         set(), 1204),
        ([said("user", FOUR_TOKENS), said("assistant", FOUR_TOKENS, used=(1000, None))], set(), 1000),
        ([said("user", FOUR_TOKENS), said("assistant", FOUR_TOKENS, used=(None, 200))], set(), 8),
        ([said("user", file("image/png"), file("video/mp4")), said("user", file("application/pdf"), FOUR_TOKENS)],
         {"image", "video", "file"}, 4),
        ([said("user", file("audio/wav")), said("assistant", file("image/png"))], {"audio"}, 0),
    ],
)  # fmt: skip
def test_what_was_sent_and_how_much_it_is(path: list[Message], inputs: set[str], tokens: int) -> None:
    needs = needs_of(path)
    assert (set(needs.inputs), needs.tokens) == (inputs, tokens)
