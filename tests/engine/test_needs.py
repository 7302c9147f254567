"""What a chat asks of a model that should go on with it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import FilePart, LinkPart, Message, Part, Receipt, Role, TextPart, Usage
from chat_tui.engine.needs import needs_of, read_files, unfit
from chat_tui.models.entry import ModelEntry
from chat_tui.models.suits import Needs

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
         {"image", "video", "file"}, 765 + 9_000 + 1_500 + 4),
        ([said("user", FilePart("0" * 64, "text/x-python", "a.py", 400))], set(), 98),
        ([said("user", LinkPart("image", "https://a.example/b", "b"))], {"image"}, 765),
        ([said("user", file("audio/wav")), said("assistant", file("image/png"))], {"audio"}, 750),
    ],
)  # fmt: skip
def test_what_was_sent_and_how_much_it_is(path: list[Message], inputs: set[str], tokens: int) -> None:
    needs = needs_of(path)
    assert (set(needs.inputs), needs.tokens) == (inputs, tokens)


def test_what_waits_to_be_sent_counts() -> None:
    needs = needs_of([said("user", file("image/png"))], [file("video/mp4"), file("text/plain")._replace(size=40)])
    assert (set(needs.inputs), needs.tokens) == ({"image", "video"}, 765 + 9_000 + 10)


ENTRIES = [
    ModelEntry("a/blind", "Blind", inputs=("text",), outputs=("text",)),
    ModelEntry("b/one", "One", inputs=("text", "image", "file"), outputs=("text",)),
    ModelEntry("a/two", "Two", inputs=("text", "image"), outputs=("text",)),
    ModelEntry("b/three", "Three", inputs=("text", "image", "audio"), outputs=("text",)),
    ModelEntry("b/four", "Four", inputs=("text", "image", "file"), outputs=("text",)),
    ModelEntry("b/painter", "Painter", inputs=("text", "image"), outputs=("image",)),
    ModelEntry("c/unsaid", "Unsaid"),
]


@pytest.mark.parametrize(
    ("model", "models", "inputs", "sentence"),
    [
        ("a/blind", [], {"image"}, "a/blind takes no images. 4 models do, such as a/two, b/one and b/three."),
        ("a/blind:nitro", [], {"audio"}, "a/blind:nitro takes no audio. b/three does."),
        ("a/blind", [], {"image", "video"},
         "a/blind takes no images and no video. No model that this server lists does."),
        ("b/two", ["a/blind"], {"image"}, "a/blind takes no images. 4 models do, such as a/two, b/one and b/three."),
        ("a/blind", ["b/one"], {"image"}, None),
        ("a/blind", [], {"file"}, None),
        ("c/unsaid", [], {"image"}, None),
        ("d/unlisted", [], {"image"}, None),
        ("a/blind@preset/mine", [], {"image"}, None),
        ("a/blind", [], set(), None),
    ],
)  # fmt: skip
def test_a_model_that_cant_take_what_a_chat_holds_is_named_with_those_that_can(
    model: str, models: list[str], inputs: set[str], sentence: str | None
) -> None:
    found = unfit(ENTRIES, {"model": model, "models": models}, Needs(frozenset(inputs), 10**9))
    assert (found.sentence if found else None) == sentence
    if found:
        assert set(found.filter.split()) == {f"in:{kind}" for kind in inputs}


@pytest.mark.parametrize(
    ("model", "models", "do"),
    [
        ("b/one", [], True),
        ("b/one:online", ["b/four"], True),
        ("b/one", ["a/blind"], False),
        ("b/one", ["d/unlisted"], False),
        ("a/blind", [], False),
        ("d/unlisted", [], False),
        ("b/one@preset/mine", [], False),
    ],
)
def test_whether_all_models_of_a_chat_read_documents(model: str, models: list[str], do: bool) -> None:
    assert read_files({"model": model, "models": models}, {entry.id: entry for entry in ENTRIES}) is do
