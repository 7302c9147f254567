"""What people do with the files of the conversation that is shown: look at them, hear them, save them, use them."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work

from chat_tui.conversation.values import FilePart, LinkPart
from chat_tui.screens.reading import ReadingScreen
from chat_tui.text import one_line
from chat_tui.transcript.view import Transcript
from chat_tui.transcript.viewport import Viewport

if TYPE_CHECKING:
    from chat_tui.engine.library import Library
    from chat_tui.engine.viewing import Player
    from chat_tui.transcript.files import File

_NOTHING = "There is no picture or file in this message."
_GONE = "This is nothing that can be had: it could not be read, or a newer version wrote it."
_COLOURS = ("truecolor", "256")
"""The colours with which a picture is one, by Rich's names."""


class ViewingScreen(ReadingScreen):
    """A screen with a transcript, whose pictures and files can be looked at."""

    _library: Library
    _player: Player | None = None
    _copied = False

    def on_mount(self) -> None:
        """Know whether pictures can be shown here."""
        # Without a terminal, as in tests and for screenshots, all colours are there.
        has_colours = self.app.is_headless or self.app.console.color_system in _COLOURS
        self.transcript.pictures.shown = has_colours and not self.app.no_color

    @abstractmethod
    def attach_file(self, path: Path, name: str = "") -> None:
        """Attach a file of the application's own to the prompt that is written."""

    # Thumbnails

    @on(Viewport.PicturesWanted)
    def _show_pictures(self) -> None:
        if not any(worker.group == "pictures" for worker in self.workers):
            self._load_pictures()

    @work(group="pictures")
    async def _load_pictures(self) -> None:
        """Decode what is waited for, one after the other, what is looked at now first."""
        from chat_tui.engine.viewing import thumbnail_of

        chat, pictures = self.chat, self.transcript.pictures
        while chat is self.chat and (wanted := pictures.next_wanted()) is not None:
            known = await asyncio.to_thread(thumbnail_of, chat, *wanted)
            self.transcript.show_picture(wanted, known)
        if chat is not self.chat and pictures.next_wanted() is not None:
            self.call_later(self._load_pictures)

    # Looking

    def action_open_or_link(self) -> None:
        """Look at the file at the cursor, else go to the next link, else look at the first file of the message."""
        self.transcript.focus()
        if self.transcript.chosen_file is None and self.transcript.step_link(1):
            return
        if (file := self.transcript.current_file) is not None:
            self.open_file(file)
        else:
            self.app.notify("There is no link in this message, and no file.", markup=False, timeout=4)

    def action_open_file(self) -> None:
        """Look at the picture or file at the cursor."""
        if (file := self._file()) is not None:
            self.open_file(file)

    def _file(self) -> File | None:
        file = self.transcript.current_file
        if file is None:
            self.app.notify(_NOTHING, markup=False, timeout=4)
        return file

    @on(Transcript.FileChosen)
    def _open_chosen(self, event: Transcript.FileChosen) -> None:
        self.open_file(event.file)

    def open_file(self, file: File) -> None:
        """Show a file, large; play a sound; open an address."""
        match file:
            case LinkPart(url=url):
                self.app.open_url(url)
            case FilePart() if file.media_type.startswith("audio/"):
                self._play(file)
            case FilePart():
                self._look(file)
            case _:
                self.app.notify(_GONE, markup=False, timeout=6)

    @work(group="command")
    async def _look(self, file: FilePart) -> None:
        from chat_tui.screens.looking_at import LookAtScreen

        wish = await self.app.push_screen_wait(LookAtScreen(self.chat, file))
        if wish == "open":
            self._open_outside(file)
        elif wish == "save":
            self.save_part(file)
        elif wish == "use":
            self.use_part(file)

    @work(group="viewer", exclusive=True)
    async def _open_outside(self, file: FilePart) -> None:
        """Open a copy in the system's viewer."""
        from chat_tui.engine.refused import RefusedError
        from chat_tui.engine.viewing import open_in_viewer, typed_copy

        try:
            self._copied = True
            path = await asyncio.to_thread(typed_copy, self.chat, file, self._library.paths.viewing)
        except RefusedError as error:
            self.app.notify(str(error), severity="warning", markup=False, timeout=6)
            return
        if not await asyncio.to_thread(open_in_viewer, path):
            said = "No viewer opens here: there is no window system, or nothing for this kind of file. s saves it."
            self.app.notify(said, severity="warning", markup=False, timeout=6)

    @work(group="viewer", exclusive=True)
    async def _play(self, file: FilePart) -> None:
        """Play a sound, or end it while it is played."""
        from chat_tui.engine.refused import RefusedError
        from chat_tui.engine.viewing import Player, open_in_viewer, typed_copy

        player = self._player = self._player or Player()
        if player.is_playing(file):
            player.stop()
            return
        try:
            self._copied = True
            path = await asyncio.to_thread(typed_copy, self.chat, file, self._library.paths.viewing)
        except RefusedError as error:
            self.app.notify(str(error), severity="warning", markup=False, timeout=6)
            return
        if await asyncio.to_thread(player.play, path):
            self.app.notify(f"{one_line(file.name, 60)} is played; o again ends it.", markup=False, timeout=4)
        elif not await asyncio.to_thread(open_in_viewer, path):
            said = "Nothing here plays sound: mpv, ffplay, paplay and aplay would. s saves it."
            self.app.notify(said, severity="warning", markup=False, timeout=6)

    def on_unmount(self) -> None:
        """End what is played, and forget the copies that were looked at."""
        if self._player is not None:
            self._player.stop()
        if self._copied:
            from chat_tui.engine.viewing import forget_copies

            forget_copies(self._library.paths.viewing)

    # Saving and using

    def action_save_file(self) -> None:
        """Ask where the picture or file at the cursor is to be saved."""
        if (file := self._file()) is not None:
            self.save_part(file)

    def command_save_file(self, path: str) -> None:
        """Save the picture or file at the cursor to `path`."""
        if (file := self._file()) is not None:
            self.save_part(file, path)

    def save_part(self, file: File, path: str = "") -> None:
        """Save a file where `path` says, or ask where."""
        if isinstance(file, FilePart):
            self._save(file, path)
        elif isinstance(file, LinkPart):
            self.app.notify("This is only an address: o opens it.", markup=False, timeout=4)
        else:
            self.app.notify(_GONE, markup=False, timeout=6)

    @work(group="command")
    async def _save(self, file: FilePart, path: str) -> None:
        from chat_tui.engine.files import default_folder, shown_path
        from chat_tui.engine.viewing import free_path, name_of
        from chat_tui.screens.saving_file import SaveFileScreen

        if not path:
            folder = await asyncio.to_thread(default_folder)
            path = shown_path(await asyncio.to_thread(free_path, folder, name_of(file)))
            written = await self.app.push_screen_wait(SaveFileScreen(self.chat, file, path))
        else:
            written = await self.app.push_screen_wait(SaveFileScreen(self.chat, file, path, at_once=True))
        if written is not None:
            self.app.notify(one_line(shown_path(written), 200), title="Saved", markup=False, timeout=6)

    def action_use_file(self) -> None:
        """Attach the picture or file at the cursor to the prompt that is written."""
        if (file := self._file()) is not None:
            self.use_part(file)

    def use_part(self, file: File) -> None:
        """Attach a file of the conversation to the prompt that is written."""
        if not isinstance(file, FilePart):
            said = "This is only an address: /attach takes it." if isinstance(file, LinkPart) else _GONE
            self.app.notify(said, markup=False, timeout=6)
            return
        try:
            path = self.chat.folder.attachment(file)
        except FileNotFoundError:
            self.app.notify("The file is missing in the conversation's folder.", markup=False, timeout=6)
            return
        self.attach_file(path, file.name)
