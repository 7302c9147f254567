"""How many tokens a text, a file or a message is: estimates, to be shown with `≈` and calibrated by receipts.

Nobody's tokenizer is here: they differ by model, few are public, and each is megabytes. A text is counted by the kinds
of its characters instead, with how many of each a token holds on average. The averages were set by hand against one
tokenizer, Mistral's Tekken (131,000 tokens): of seventeen texts (prose in eight languages, code, JSON, TOML, digits,
emoji) half were within 8 percent. What is left over is what `calibration` learns from receipts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Any

from chat_tui.attachments.kinds import is_text
from chat_tui.conversation.values import FilePart, LinkPart, Part, TextPart

LETTERS = 4.1
"""English words have 4.7 letters and are 1.1 tokens, the blank before them included."""
DIGITS = 1.7
"""Some vocabularies take three together, some only one."""
PUNCTUATION = 1.7
"""Most stand alone in prose; in code `):` and `="` are one."""
BLANKS = 10.0
"""One before a word belongs to it; what remains is indentation and ends of lines."""
CJK = 1.2
"""Chinese, Japanese, Korean: common words are one token, most characters are."""
ALPHABETS = 3.4
"""Greek, Cyrillic, Hebrew, Arabic."""
OTHER_LETTERS = 2.3
"""Accented letters, Indic scripts, Thai and the rest."""
SYMBOLS = 0.45
"""Emoji and rare signs take several tokens each."""

MESSAGE = 4
"""Tokens of a message beside its content: its role and the marks around it (OpenAI's cookbook counts 3 or 4)."""
TOOL = 12
"""Tokens of a tool's or a call's marks; a guess."""

_ASCII_LETTERS = bytes(range(65, 91)) + bytes(range(97, 123))
_ASCII_DIGITS = bytes(range(48, 58))
_ASCII_BLANKS = b" \t\n\r\x0b\x0c"
_BEYOND_ASCII = bytes(range(128, 256))
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+")
_ALPHABETS = re.compile("[\u0370-\u06ff]+")
_OTHER_LETTERS = re.compile("[\u00aa-\u036f\u0700-\u1fff\u2c00-\u2dff\ua000-\uabff]+")
_DATA = re.compile(r"data:[\w/+.-]*;base64,")


def estimate_tokens(text: str) -> int:
    """Return about how many tokens `text` is; an estimate, to be shown with `≈`."""
    return ceil(text_tokens(text))


def text_tokens(text: str) -> float:
    """Return about how many tokens `text` is, unrounded; a megabyte takes 10 ms, 100 where not all is ASCII."""
    data = text.encode("utf-8", "replace")
    plain = data.translate(None, _BEYOND_ASCII)
    without_letters = plain.translate(None, _ASCII_LETTERS)
    without_digits = without_letters.translate(None, _ASCII_DIGITS)
    signs = len(without_digits.translate(None, _ASCII_BLANKS))
    tokens = (
        (len(plain) - len(without_letters)) / LETTERS
        + (len(without_letters) - len(without_digits)) / DIGITS
        + signs / PUNCTUATION
        + (len(without_digits) - signs) / BLANKS
    )
    beyond = len(text) - len(plain)
    if beyond <= 0:
        return tokens
    cjk, alphabets, others = (sum(map(len, kind.findall(text))) for kind in (_CJK, _ALPHABETS, _OTHER_LETTERS))
    tokens += cjk / CJK + alphabets / ALPHABETS + others / OTHER_LETTERS
    return tokens + max(beyond - cjk - alphabets - others, 0) / SYMBOLS


def part_tokens(part: Part, author: str = "") -> float:
    """Return about how many tokens a part of a message is to a model of `author`, who counts files in their own way."""
    match part:
        case TextPart(text):
            return text_tokens(text)
        case LinkPart(kind):
            return _file_tokens(kind, FilePart("", "", "", 0), author)
        case FilePart() if is_text(part.media_type):
            return part.size / LETTERS
        case FilePart():
            return _file_tokens(part.media_type.partition("/")[0], part, author)
        case _:
            return 0.0


def _file_tokens(kind: str, file: FilePart, author: str) -> float:
    if kind == "image":
        return _picture_tokens(file.width or _USUAL_SIDE, file.height or _USUAL_SIDE, author)
    if kind == "audio":
        return (file.seconds or _USUAL_SECONDS) * _AUDIO_PER_SECOND.get(author, _AUDIO_ELSEWHERE)
    if kind == "video":
        return (file.seconds or _USUAL_SECONDS) * _VIDEO_PER_SECOND
    return (file.pages or 1) * (_PAGE_AT_GOOGLE if author == "google" else _PAGE)


_USUAL_SIDE = 1024  # pixels, where a picture's size isn't known; a guess
_USUAL_SECONDS = 30.0  # likewise
_AUDIO_PER_SECOND = {"google": 32.0, "openai": 10.0}
"""Gemini's documentation: 32 tokens a second; OpenAI's: a token for each 100 ms of what the user says."""
_AUDIO_ELSEWHERE = 25.0  # a guess
_VIDEO_PER_SECOND = 300.0
"""Gemini's documentation: about 300 tokens a second, one picture and the sound. Few others take videos."""
_PAGE_AT_GOOGLE = 258.0
"""Gemini's documentation: a page of a PDF is a picture of 258 tokens."""
_PAGE = 1_500.0
"""Anthropic's documentation: 1,500 to 3,000 tokens a page with its text; for others a guess."""


def _picture_tokens(width: int, height: int, author: str) -> float:
    if author == "anthropic":  # documented: scaled to 1,568 pixels at most, then a token for each 750
        scale = min(1.0, 1568 / max(width, height))
        return min(width * height * scale * scale / 750, 1_600)
    if author == "google":  # documented: 258 when both sides are 384 or less, else for each tile of 768
        if max(width, height) <= 384:
            return 258
        return 258 * ceil(width / 768) * ceil(height / 768)
    # OpenAI documents: fitted into 2,048, the short side to 768, then 170 for each tile of 512, and 85. Nothing that
    # holds for all others is documented; this is the guess.
    scale = min(1.0, 2048 / max(width, height))
    scale *= min(1.0, 768 / (min(width, height) * scale))
    return 85 + 170 * ceil(width * scale / 512) * ceil(height * scale / 512)


Count = Callable[[str], float]


def request_tokens(body: Mapping[str, Any], count: Count = text_tokens, *, files: float = 0.0) -> float:
    """Return about how many tokens a request is, before any calibration.

    Args:
        body: As it is sent.
        count: Counts a text; it may remember what it counted.
        files: Tokens of all that isn't text in it.
    """
    if isinstance(prompt := body.get("prompt"), str):
        return count(prompt)
    tokens = files + sum(TOOL + _json_tokens(tool, count) for tool in _items(body.get("tools")))
    form = body.get("response_format")
    if isinstance(form, Mapping) and form.get("type") != "text":
        tokens += _json_tokens(form, count)
    return tokens + sum(message_tokens(message, count) for message in _items(body.get("messages")))


def message_tokens(message: Mapping[str, Any], count: Count = text_tokens) -> float:
    """Return about how many tokens a message is, without its files."""
    content = message.get("content")
    tokens = float(MESSAGE)
    if isinstance(content, str):
        tokens += count(content)
    for part in _items(content):
        if isinstance(text := part.get("text"), str):
            tokens += count(text)
    tokens += sum(TOOL + _json_tokens(call.get("function"), count) for call in _items(message.get("tool_calls")))
    for detail in _items(message.get("reasoning_details")):
        text = detail.get("text") or detail.get("summary")
        tokens += count(text) if isinstance(text, str) else 0.0
    return tokens + sum(_annotation_tokens(one, count) for one in _items(message.get("annotations")))


def other_parts(body: Mapping[str, Any]) -> int:
    """Return how many parts of a request's messages aren't text."""
    contents = (message.get("content") for message in _items(body.get("messages")))
    return sum(part.get("type") != "text" for content in contents for part in _items(content))


def _annotation_tokens(annotation: Mapping[str, Any], count: Count) -> float:
    """Return what a file that was parsed before is, in words."""
    file = annotation.get("file")
    parts = _items(file.get("content")) if isinstance(file, Mapping) else ()
    return sum(count(part["text"]) for part in parts if isinstance(part.get("text"), str))


def _json_tokens(value: object, count: Count) -> float:
    """Return what a value is as JSON; its marks are counted by its texts."""
    if isinstance(value, str):
        return 0.0 if _DATA.match(value) else 1 + count(value)
    if isinstance(value, Mapping):
        return sum(1 + count(str(name)) + _json_tokens(inner, count) for name, inner in value.items())
    if isinstance(value, Sequence):
        return sum(_json_tokens(inner, count) for inner in value)
    return 1.0


def _items(value: object) -> Sequence[Mapping[str, Any]]:
    """Return the objects in a list; nothing when it is none."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return ()
    return [item for item in value if isinstance(item, Mapping)]
