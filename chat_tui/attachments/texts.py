"""Text that is attached: read as UTF-8, in a fence with its name."""

from __future__ import annotations

import codecs
import re

from chat_tui.attachments.values import NotTakenError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
"""Controls that no text has; escape and the like stand in logs of terminals."""
_PRIVATE = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-\d|AGE-SECRET-KEY-1[A-Z0-9]{20}"
)
_TYPES = {
    "md": "text/markdown",
    "markdown": "text/markdown",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
}
_LANGUAGES = {
    "bash": "bash", "c": "c", "cc": "cpp", "cfg": "ini", "cpp": "cpp", "cs": "csharp", "css": "css", "csv": "csv",
    "diff": "diff", "dockerfile": "dockerfile", "ex": "elixir", "exs": "elixir", "go": "go", "h": "c", "hpp": "cpp",
    "hs": "haskell", "html": "html", "ini": "ini", "java": "java", "js": "javascript", "json": "json",
    "jsonl": "json", "jsx": "jsx", "kt": "kotlin", "lua": "lua", "makefile": "makefile", "markdown": "markdown",
    "md": "markdown", "patch": "diff", "php": "php", "pl": "perl", "py": "python", "pyi": "python", "r": "r",
    "rb": "ruby", "rs": "rust", "rst": "rst", "scala": "scala", "sh": "bash", "sql": "sql", "svg": "xml",
    "swift": "swift", "tcss": "css", "tex": "latex", "toml": "toml", "ts": "typescript", "tsx": "tsx",
    "xml": "xml", "yaml": "yaml", "yml": "yaml", "zsh": "bash",
}  # fmt: skip


def decode_text(content: bytes) -> str | None:
    """Return `content` as text; None when it is none."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding)
    if _BINARY.search(content):
        return None
    text = _decoded(content, "utf-8")
    # What isn't UTF-8 and has no controls is from when each country had a code page of its own; this is the commonest.
    return text if text is not None else _decoded(content, "cp1252")


def looks_like_text(beginning: bytes) -> bool:
    """Tell whether a file that begins so can be text."""
    return any(beginning.startswith(mark) for mark, _ in _MARKS) or not _BINARY.search(beginning)


def text_type(name: str) -> str:
    """Return the media type of text in a file of that name."""
    return _TYPES.get(_ending(name), "text/plain")


def holds_private_key(text: str) -> bool:
    """Tell whether `text` has the beginning of a private key."""
    return _PRIVATE.search(text) is not None


def utf8(content: bytes) -> bytes:
    """Return text as UTF-8 without a mark.

    Raises:
        NotTakenError: when it is no text.
    """
    if (text := decode_text(content)) is None:
        raise NotTakenError("is neither text nor anything else that can be sent.")
    return text.encode()


def fenced(name: str, text: str) -> str:
    """Return `text` as Markdown: the file's name, and a fence that is longer than any in it."""
    longest = max((len(run) for run in re.findall("(?m)^[ \t]*(`{3,})", text)), default=2)
    fence = "`" * (longest + 1)
    ending = "" if text.endswith("\n") else "\n"
    return f"{' '.join(name.split())}\n{fence}{_LANGUAGES.get(_ending(name), '')}\n{text}{ending}{fence}"


def _decoded(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()
