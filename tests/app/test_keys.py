"""Every key of the conversation, pressed; a key that is bound and not pressed here fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from chat_tui.conversation.ids import new_id
from chat_tui.conversation.values import FilePart, Message, TextPart
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.transcript.reader import Reader
from tests.app.conftest import Browser, Running, Starter

LONG = "value = " + " + ".join(f"part_{number}" for number in range(30))
REPLY = f"""\
Look at [one](https://example.com/one) and [two](https://example.com/two).

```python
{LONG}
```

Then $e^{{i\\pi}}$ and a needle."""

GONE = FilePart("0" * 64, "audio/wav", "gone.wav", 3)


def conversation() -> Iterator[Message]:
    now = datetime(2026, 11, 21, 10, 42, tzinfo=UTC)
    for number in range(12):
        text = "another prompt with a needle" if number == 11 else f"prompt {number}"
        yield Message(new_id(), None, "user", (TextPart(text),), now)
        reply = Message(new_id(), None, "assistant", (TextPart("nothing much\n\n" * 4),), now, model="a/b")
        if number == 10:
            reply = replace(reply, parts=(TextPart(REPLY),), reasoning="why not")
        yield replace(reply, parts=(*reply.parts, GONE)) if number == 11 else reply


def kept(library: Library) -> Chat:
    """Return a conversation on disk that is longer than a screen, with one rich reply near its end."""
    chat = library.begin()
    chat.load()
    parent = None
    for message in conversation():
        chat.put(replace(message, parent=parent))
        parent = message.id
    chat.save()
    chat.close()
    return library.open(chat.id)


class Press(NamedTuple):
    """A key of the binding that has the identifier, what is done before, and what tells that it did its work."""

    binding: str
    key: str
    before: tuple[str, ...]
    done: Callable[[Running], object]


def at(text: str) -> Callable[[Running], bool]:
    """Return what tells whether the cursor is at a message that begins with `text`."""

    def done(running: Running) -> bool:
        message = running.screen.transcript.current
        return message is not None and message.text.startswith(text)

    return done


def shown(text: str) -> Callable[[Running], bool]:
    return lambda running: text in running.text()


def hidden(text: str) -> Callable[[Running], bool]:
    return lambda running: text not in running.text()


def copied(text: str) -> Callable[[Running], bool]:
    return lambda running: running.app.clipboard == text


def told(text: str) -> Callable[[Running], bool]:
    return lambda running: any(text in one.message for one in running.app._notifications)


def following(running: Running) -> bool:
    return running.screen.transcript.following


def first_row(running: Running) -> bool:
    return running.screen.transcript.scroll_y == 0


RICH = ("G", "{", "up", "up")
"""From anywhere to the rich reply, and there to its code."""
PRESSES = [
    Press("top", "g", ("G",), first_row),
    Press("top", "home", ("G",), first_row),
    Press("end", "G", ("g",), following),
    Press("end", "end", ("g",), following),
    Press("page_down", "pagedown", ("g",), lambda running: not first_row(running)),
    Press("page_up", "pageup", ("G",), lambda running: not following(running)),
    Press("down", "j", ("g",), at("nothing much")),
    Press("down", "down", ("g",), at("nothing much")),
    Press("up", "k", ("g", "}"), at("nothing much")),
    Press("up", "up", ("g", "}"), at("nothing much")),
    Press("next_prompt", "}", ("g",), at("prompt 1")),
    Press("previous_prompt", "{", ("G",), at("another prompt")),
    Press("copy", "c", ("g",), copied("prompt 0")),
    Press("copy_code", "y", RICH, copied(LONG)),
    Press("next_link", "o", RICH, shown("→ https://example.com/one")),
    Press("previous_link", "O", (*RICH, "o"), shown("→ https://example.com/two")),
    Press("open_link", "enter", (*RICH, "o"), shown("Opening")),
    Press("fold", "enter", RICH, shown("│ why not")),
    Press("fold", "enter", (), hidden("│ why not")),
    Press("find", "slash", (), shown("Find in this")),
    Press("next_match", "n", ("escape", "g", "slash", *"needle", "enter"), shown("1 of 2")),
    Press("next_match", "enter", (), shown("2 of 2")),
    Press("previous_match", "N", (), shown("1 of 2")),
    Press("previous_match", "shift+enter", (), shown("2 of 2")),
    Press("math", "m", ("escape", *RICH), shown(r"$e^{i\pi}$")),
    Press("math", "m", (), hidden(r"$e^{i\pi}$")),
    Press("wrap", "w", (), shown("›")),
    Press("code_right", "l", (), shown("│ ‹")),
    Press("code_left", "h", (), hidden("│ ‹")),
    Press("code_right", "shift+right", (), shown("│ ‹")),
    Press("code_left", "shift+left", (), hidden("│ ‹")),
    Press("wrap", "w", (), hidden("›")),
    Press("save_file", "s", ("G",), shown("Save  gone.wav")),
    Press("use_file", "u", ("escape",), told("The file is missing")),
    Press("receipt", "i", (), shown("Receipt")),
]


def test_each_key_is_pressed() -> None:
    bound = {
        (binding.id.removeprefix("transcript."), {"left_curly_bracket": "{", "right_curly_bracket": "}"}.get(key, key))
        for key, bindings in Reader._merged_bindings.key_to_bindings.items()  # type: ignore[union-attr]
        for binding in bindings
        if binding.id
    }
    assert bound == {(press.binding, press.key) for press in PRESSES}


async def test_each_key_does_its_work(starter: Starter, browser: Browser) -> None:
    async with starter.run(kept(starter.library), size=(80, 24)) as running:
        await running.until(lambda: running.screen.transcript._markdown)
        await running.until(lambda: len(running.chat.path) == 24)
        await running.pilot.press("tab")
        for press in PRESSES:
            await running.pilot.press(*press.before)
            assert not press.done(running), f"{press.binding} by {press.key} would prove nothing"
            await running.pilot.press(press.key)
            await running.until(lambda press=press: press.done(running))  # type: ignore[misc]
        assert running.screen.composer.text == ""
    assert browser.opened == ["https://example.com/one"]


async def test_who_reads_elsewhere_is_told_how_to_follow_the_reply_again(slow_starter: Starter) -> None:
    chat = kept(slow_starter.library)
    async with slow_starter.run(chat, size=(100, 24)) as running:
        running.screen.command_choose_model("demo/slow")
        await running.type("Go", "enter")
        await running.until_shown("streaming")
        assert "End follows" not in running.text()
        await running.pilot.press("tab", "g")
        await running.until_shown("End follows the reply")
        await running.pilot.press("end")
        await running.until(lambda: "End follows" not in running.text())
        await running.pilot.press("g", "escape")
        await running.until_shown("stopped")
        assert "End follows" not in running.text()
