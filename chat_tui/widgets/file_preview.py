"""A look into a file: a picture of it, or how its text begins, below what is known of it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from chat_tui.attachments.thumbnails import Thumbnail
from chat_tui.text import one_line, printable
from chat_tui.widgets.half_blocks import HalfBlocks
from chat_tui.widgets.scrolled_text import ScrolledText


class FilePreview(Vertical):
    """Shows one file at a time; another one doesn't have the screen laid out anew, unless it is of another kind."""

    DEFAULT_CSS = """
    FilePreview { height: 1fr; padding: 0 1; }
    FilePreview > ScrolledText { height: 1fr; background: $surface; }
    FilePreview > HalfBlocks { height: 1fr; background: $surface; display: none; }
    FilePreview.-picture > ScrolledText { height: 2; }
    FilePreview.-picture > HalfBlocks { display: block; }
    """

    def compose(self) -> ComposeResult:
        """Lay out what is said and what is shown."""
        self.words = ScrolledText()
        self.picture = HalfBlocks()
        yield self.words
        yield self.picture

    @property
    def room(self) -> tuple[int, int]:
        """The cells that a picture may have: columns, rows."""
        width, height = self.content_size
        return max(width - 1, 1), max(height - 2, 1)

    def show(self, about: str = "", sentence: str = "", text: str = "", thumbnail: Thumbnail | None = None) -> None:
        """Show what is known of a file, why it can't be shown, how its text begins, and a picture of it."""
        lines = [Content.styled(one_line(about), "$foreground-muted")] if about else []
        lines += [Content.styled(one_line(sentence), "$text-warning")] if sentence else []
        lines += [Content(printable(text))] if text else []
        self.set_class(thumbnail is not None, "-picture")
        self.picture.show(thumbnail)
        self.words.show(lambda _: Content("\n").join(lines))
