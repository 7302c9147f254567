"""Adding to a conversation: what it costs with ten messages and with a hundred thousand."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chat_tui.config.settings import BUILT_IN
from chat_tui.conversation.ids import new_id, now
from chat_tui.conversation.records import encode_message
from chat_tui.conversation.values import Message, TextPart
from chat_tui.engine.chat import Chat
from chat_tui.engine.library import Library
from chat_tui.paths import Paths
from tests.bench.row import Row, alternating, at_most

FEW, MANY = 10, 100_000


def run(quick: bool) -> list[Row]:
    """Return the row."""
    with _open(FEW) as few, _open(MANY) as many:
        small, large = alternating(40 if quick else 200, lambda: _turn(few), lambda: _turn(many))
    note = f"{large * 1000:.2f} against {small * 1000:.2f} ms for a prompt and a reply, each synced"
    return [at_most("saving a turn among 100,000 messages, of among 10", large / small, 1.2, note=note)]


@contextmanager
def _open(count: int) -> Iterator[Chat]:
    """Yield a conversation of that many messages, open for writing."""
    with tempfile.TemporaryDirectory(prefix="chat-tui-bench-") as root:
        library = Library(Paths.under(Path(root)), defaults=BUILT_IN)
        chat = library.begin()
        chat.folder.write_metadata(chat.metadata)
        parent: str | None = None
        lines = []
        for number in range(count):
            message = Message(
                new_id(), parent, "assistant" if number % 2 else "user", (TextPart(f"message {number}"),), now()
            )
            lines.append(encode_message(message))
            parent = message.id
        chat.folder.append_lines(b"".join(lines))
        chat.load()
        _turn(chat)
        yield chat
        chat.close()


def _turn(chat: Chat) -> float:
    """Save a prompt and its reply as a turn does; return the seconds."""
    leaf = chat.tree.leaf(chat.metadata.leaf)
    prompt = Message(new_id(), leaf, "user", (TextPart("And now?"),), now())
    reply = Message(new_id(), prompt.id, "assistant", (), now(), "streaming")
    began = time.perf_counter()
    chat.place_reply(prompt, reply)
    chat.put(Message(reply.id, prompt.id, "assistant", (TextPart("This."),), now()))
    return time.perf_counter() - began
