"""Files of a conversation outside of it: their thumbnails, copies that are saved, viewers and players."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import wave
from collections.abc import Iterator, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from chat_tui.attachments.texts import decode_text
from chat_tui.attachments.thumbnails import NoPictureError, Thumbnail, make_thumbnail
from chat_tui.config.server import KEY_VARIABLE
from chat_tui.conversation.exports.names import safe_name
from chat_tui.conversation.exports.writing import write_file
from chat_tui.conversation.media_types import ending_of, media_type_of
from chat_tui.engine.refused import RefusedError
from chat_tui.paths import private_directory, replace_file

if TYPE_CHECKING:
    from chat_tui.conversation.values import FilePart
    from chat_tui.engine.chat import Chat

PCM = "audio/pcm"
_PCM_RATE = 24_000
"""Samples a second of the bare sound that models speak: 16 bits, one channel."""
_VIEWED = ("image/", "audio/", "video/", "application/pdf")
_UNSAFE = ("image/svg+xml",)
_HEAD = 4096
_MOST_TEXT = 20_000_000
_PLAYERS = (
    ("afplay",),
    ("mpv", "--no-video", "--really-quiet", "--"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "quiet"),
    ("paplay",),
    ("pw-play",),
    ("aplay", "-q"),
)
"""What plays a sound without a window, the likeliest to know all formats first."""
_SETTLE_SECONDS = 0.5


def thumbnail_of(chat: Chat, part: FilePart, columns: int, rows: int) -> Thumbnail | str:
    """Return a thumbnail, or in a sentence why there is none; it blocks."""
    try:
        return make_thumbnail(_where(chat, part), columns, rows)
    except NoPictureError as error:
        return str(error)
    except FileNotFoundError:
        return "The file of this picture is missing."
    except OSError as error:
        return f"The file of this picture can't be read: {error.strerror}."


def _where(chat: Chat, part: FilePart) -> Path | bytes:
    """Return the file that `part` refers to, or its bytes while the disk doesn't take them."""
    with suppress(FileNotFoundError):
        return chat.folder.attachment(part)
    return chat.saving.read_attachment(part)


def _content(chat: Chat, part: FilePart) -> bytes:
    try:
        return chat.saving.read_attachment(part)
    except FileNotFoundError:
        raise RefusedError("The file is missing in the conversation's folder.") from None
    except OSError as error:
        raise RefusedError(f"The file can't be read: {error.strerror}.") from None


def name_of(part: FilePart, media_type: str = "") -> str:
    """Return what a copy of a file is called: its name, with the ending of what it is."""
    stem, dot, ending = part.name.rpartition(".")
    media_type = media_type or part.media_type
    usual = "wav" if media_type == PCM else ending_of(media_type)
    if usual == "bin" or media_type.startswith("text/"):
        usual = ending if dot and ending.isalnum() else "txt" if media_type.startswith("text/") else "bin"
    return safe_name(stem if dot else part.name, usual, otherwise="file")


def save_copy(chat: Chat, part: FilePart, path: Path, *, replace: bool = False) -> Path:
    """Write the file to `path`, or into it when that is a folder; bare sound as WAV. Return where it is; it blocks.

    Raises:
        FileExistsError: when there is something, and it is not to be replaced.
        OSError: when the disk doesn't take it.
        RefusedError: when the conversation hasn't got it any more.
    """
    content = _content(chat, part)
    if part.media_type == PCM:
        content = as_wav(content)
    target = path / name_of(part) if path.is_dir() else path
    write_file(target, [content], replace=replace)
    return target


def free_path(folder: Path, name: str) -> Path:
    """Return a path in `folder` that nothing is at: `name`, or with a number before its ending."""
    path, number = folder / name, 2
    while path.exists() and number < 1000:
        path = folder / f"{Path(name).stem} {number}{Path(name).suffix}"
        number += 1
    return path


def as_wav(samples: bytes) -> bytes:
    """Return bare samples with the header that players need."""
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_PCM_RATE)
        sound.writeframes(samples)
    return file.getvalue()


def seconds_of(content: bytes, media_type: str) -> float | None:
    """Return how long a sound lasts, where that can be told."""
    if media_type == PCM:
        return round(len(content) / (2 * _PCM_RATE), 3)
    from chat_tui.attachments.sounds import measure_sound

    return measure_sound(BytesIO(content), media_type).seconds


def typed_copy(chat: Chat, part: FilePart, folder: Path) -> Path:
    """Put a copy into `folder` whose name ends as its content says, whatever the file was called; it blocks.

    Raises:
        RefusedError: when it is nothing that a viewer should open, or can't be read or written.
    """
    content = _content(chat, part)
    if part.media_type == PCM:
        content, media_type = as_wav(content), "audio/wav"
    else:
        media_type = media_type_of(content[:_HEAD])
    if not media_type and len(content) <= _MOST_TEXT and (text := decode_text(content)) is not None:
        content, media_type = text.encode(), "text/plain"
    is_viewed = media_type.startswith(_VIEWED) and media_type not in _UNSAFE
    if not (is_viewed or media_type == "text/plain") or (ending := ending_of(media_type)) == "bin":
        raise RefusedError("This is nothing that a viewer opens safely. Save it to look at it.")
    stem = part.name.rpartition(".")[0] or part.name
    path = (
        folder / part.sha256[:16] / safe_name(stem, "txt" if media_type == "text/plain" else ending, otherwise="file")
    )
    try:
        private_directory(path.parent)
        replace_file(path, content)
    except OSError as error:
        raise RefusedError(f"A copy to look at can't be written: {error.strerror}.") from None
    return path


def forget_copies(folder: Path) -> None:
    """Remove the copies that were looked at."""
    shutil.rmtree(folder, ignore_errors=True)


def open_in_viewer(path: Path, environ: Mapping[str, str] = os.environ) -> bool:
    """Have the system open a file in a window of its own; return whether something took it. It blocks for a moment."""
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606  (a copy that was typed by its content)
        return True
    if sys.platform == "darwin":
        commands: tuple[tuple[str, ...], ...] = (("open",),)
    elif environ.get("WAYLAND_DISPLAY") or environ.get("DISPLAY"):
        commands = (("xdg-open",), ("gio", "open"), ("wslview",))
    else:
        return False
    return any(_begin([*command, str(path)], environ) is not None for command in _there(commands, environ))


class Player:
    """Plays one sound at a time, without a window."""

    def __init__(self) -> None:
        self._playing: subprocess.Popen[bytes] | None = None
        self._path: Path | None = None

    def is_playing(self, part: FilePart) -> bool:
        """Tell whether that sound is being played."""
        running = self._playing is not None and self._playing.poll() is None
        return running and self._path is not None and self._path.parent.name == part.sha256[:16]

    def play(self, path: Path, environ: Mapping[str, str] = os.environ) -> bool:
        """Play the sound at `path` in the place of another; return whether something here does. It blocks shortly."""
        self.stop()
        for command in _there(_PLAYERS, environ):
            playing = _begin([*command, str(path)], environ)
            if playing is not None:
                self._playing, self._path = playing, path
                return True
        return False

    def stop(self) -> None:
        """Play nothing any more."""
        if self._playing is not None and self._playing.poll() is None:
            self._playing.terminate()
        self._playing = None


def _there(commands: tuple[tuple[str, ...], ...], environ: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield those of `commands` that are installed, with their paths."""
    for name, *options in commands:
        if found := shutil.which(name, path=environ.get("PATH")):
            yield found, *options


def _begin(command: list[str], environ: Mapping[str, str]) -> subprocess.Popen[bytes] | None:
    """Start a program apart from this terminal; None when it fails at once."""
    nothing = subprocess.DEVNULL
    # It gets the rest of the environment too, and has no business with the key.
    environ = {name: value for name, value in environ.items() if name != KEY_VARIABLE}
    try:
        process = subprocess.Popen(
            command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True, env=environ
        )
    except OSError:
        return None
    try:
        return None if process.wait(_SETTLE_SECONDS) else process
    except subprocess.TimeoutExpired:
        threading.Thread(target=process.wait, daemon=True).start()  # whoever isn't waited for stays when it has ended
        return process
