"""What an attachment is, before and after its bytes are kept, as values."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from chat_tui.conversation.values import FilePart, LinkPart

Kind = Literal["image", "pdf", "audio", "video", "text"]


class Wishes(NamedTuple):
    """What is to be done to a picture before it is kept and sent."""

    scale: int = 0
    """The most pixels of its longer side; 0: as it is."""
    keep_location: bool = False
    """Where it was taken stays in it."""


AS_IT_IS = Wishes()


class Attachment(NamedTuple):
    """A file that can be attached; measures are None where they aren't known."""

    source: Path
    kind: Kind
    media_type: str
    name: str
    size: int
    """Bytes."""
    width: int | None = None
    """Pixels, as the picture is shown."""
    height: int | None = None
    pages: int | None = None
    seconds: float | None = None
    note: str = ""
    """What will be done to it, for people: “location removed”."""


class Staged(NamedTuple):
    """What is attached to a prompt; a file's bytes are kept with the draft."""

    part: FilePart | LinkPart
    note: str = ""
    """What was done to it, for people: “scaled from 4032×3024”."""


class Refusal(NamedTuple):
    """Why something isn't attached."""

    sentence: str
    """For people; a question where `asks`."""
    asks: bool = False
    """It is attached when that is said to be meant."""


class Measures(NamedTuple):
    """What a file's content says of how large or long it is; None where it doesn't."""

    width: int | None = None
    """Pixels, as the picture is shown."""
    height: int | None = None
    pages: int | None = None
    seconds: float | None = None


class NotTakenError(ValueError):
    """Why a file isn't attached and what to do, as what follows its name: `is empty.`

    Args:
        clause: What follows the name.
        asks: It is a question; the file is attached when that is said to be meant.
    """

    def __init__(self, clause: str, *, asks: bool = False) -> None:
        super().__init__(clause)
        self.asks = asks
