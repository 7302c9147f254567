"""What is said of a file for people: a sign for its kind, its size and its measures."""

from __future__ import annotations

from chat_tui.conversation.values import FilePart

_GLYPHS = {"image": "▣", "audio": "♪", "video": "▶", "text": "≡"}
_PDF = "▤"
_ANY = "▪"


def glyph_of(media_type: str) -> str:
    """Return the sign of a file's kind, one cell wide."""
    if media_type == "application/pdf":
        return _PDF
    return _GLYPHS.get(media_type.partition("/")[0], _ANY)


def measures_of(part: FilePart) -> list[str]:
    """Return the size of a file, and how large, long or many-paged it is where that is known."""
    found = [readable_size(part.size)]
    if part.width and part.height:
        found.append(f"{part.width}×{part.height}")
    if part.pages is not None:
        found.append(f"{part.pages:,} page{'s' * (part.pages != 1)}")
    if part.seconds is not None:
        found.append(readable_length(part.seconds))
    return found


def readable_size(size: int) -> str:
    """Return `size` bytes for people."""
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:,.0f} kB" if size < 999_500 else f"{size / 1_000_000:,.1f} MB"


def readable_length(seconds: float) -> str:
    """Return how long a sound or a film is: `0:07`, `1:02:03`; tenths of a second where that is all."""
    if seconds < 1:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
