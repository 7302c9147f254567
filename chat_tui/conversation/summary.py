"""What a list says of a conversation, also of one in the trash."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from chat_tui.conversation.metadata import Metadata


class Summary(NamedTuple):
    """A conversation in a list; None and "" where that wasn't read yet, or there is none."""

    metadata: Metadata
    changed: datetime
    folder: Path
    messages: int | None = None
    """How many there are, siblings counted too."""
    model: str | None = None
    """The model of the last reply."""
    cost: Decimal | None = None
    """USD: the sum of all receipts, of siblings and of earlier attempts too; what was copied here isn't counted."""
    preview: str = ""
    """The first words of the last message."""

    @property
    def id(self) -> str:
        return self.metadata.id


class Trashed(NamedTuple):
    """A conversation in the trash, from which it can be restored."""

    summary: Summary
    deleted: datetime

    @property
    def id(self) -> str:
        return self.summary.id
