"""The saver: tells once that a conversation can't be saved, tries again until it can, and puts the rest elsewhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from chat_tui.conversation.folder import Folder
from chat_tui.engine.chat import Chat
from chat_tui.engine.saving import refusal
from chat_tui.paths import Paths
from chat_tui.text import one_line, printable

RETRY_SECONDS = 3.0
SAVED = "All is saved again."

_log = logging.getLogger(__name__)


class Saver:
    """Watches over the conversations whose disk refuses.

    Args:
        paths: The person's folders; None: what can't be saved is only told, not written elsewhere.
    """

    def __init__(self, paths: Paths | None) -> None:
        self.tell: Callable[[str], None] = _log.error
        """Takes the sentence for a person, on the loop."""
        self.farewell: list[str] = []
        """What to print when the application has left the terminal: where is what could not be saved."""
        self._paths = paths
        self._troubled: dict[str, Chat] = {}
        self._trying: asyncio.Task[None] | None = None

    def mind(self, chat: Chat) -> None:
        """Tell when `chat` can't be saved, or can again; once each. Called after something of it was written."""
        fault, known = chat.saving.fault, chat.id in self._troubled
        if fault is not None and not known:
            first = not self._troubled
            self._troubled[chat.id] = chat
            if first:
                self.tell(one_line(refusal(fault), 1000))
                self._trying = asyncio.create_task(self._try_again())
        elif fault is None and known:
            del self._troubled[chat.id]
            if not self._troubled:
                self.tell(SAVED)

    async def _try_again(self) -> None:
        while self._troubled:
            await asyncio.sleep(RETRY_SECONDS)
            for chat in list(self._troubled.values()):
                await asyncio.to_thread(chat.saving.flush)
                self.mind(chat)

    async def close(self, chats: Iterable[Chat]) -> None:
        """Try a last time, and put what isn't saved then where it can be found; `farewell` says where."""
        if self._trying is not None:
            self._trying.cancel()
        waiting = [*chats, *self._troubled.values()]
        await asyncio.to_thread(self.rescue, waiting)
        for chat in waiting:
            if chat.saving.fault is None:
                self.mind(chat)

    def rescue(self, chats: Iterable[Chat]) -> None:
        """Save what can be saved of `chats` and put the rest elsewhere; it blocks, for when nothing else runs."""
        places = rescue_places(self._paths) if self._paths else []
        self.farewell = [
            sentence
            for chat in {chat.id: chat for chat in chats}.values()
            if chat.saving.is_pending and not chat.saving.flush()
            for sentence in _rescue(chat, places)
        ]


def rescue_places(paths: Paths) -> list[Path]:
    """Return the folders where a conversation is put that can't be saved, the best first."""
    import os
    import tempfile
    from contextlib import suppress

    places = [paths.state / "unsaved"]
    with suppress(RuntimeError):  # a system without a home
        places.append(Path.home() / "chat-tui-unsaved")
    user = os.getuid() if hasattr(os, "getuid") else 0
    return [*places, Path(tempfile.gettempdir()) / f"chat-tui-unsaved-{user}"]


def _rescue(chat: Chat, places: Iterable[Path]) -> list[str]:
    """Put the whole conversation into the first of `places` that takes it; return what to tell, or else its words."""
    why = f"“{one_line(chat.title, 80)}” could not be saved"
    if fault := chat.saving.fault:
        reason = f"{fault.strerror}: {fault.filename}" if fault.filename else fault.strerror or str(fault)
        why += f" ({one_line(reason, 1000)})"
    for place in places:
        folder = Folder(place / chat.folder.path.name)
        try:
            whole = chat.everything()
            folder.write_metadata(whole.metadata)
            for part, content in chat.saving.files:
                folder.write_attachment(part, content)
            for part in chat.saving.attached:
                folder.write_attachment(part, chat.folder.read_attachment(part))
            folder.append_lines(whole.records)
        except OSError:
            continue
        where = one_line(str(folder.path), 1000)
        return [f"{why}. It is in {where}: when there is room again, chat-tui doctor --repair takes it back."]
    words = [f"{'You' if message.role == 'user' else 'Reply'}: {message.text}" for message in chat.saving.unsaved]
    return [f"{why}, and no other folder takes it. Copy what you need:", *map(printable, words)]
