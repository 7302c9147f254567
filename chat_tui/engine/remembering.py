"""What is kept of a request with its reply, and the same request made from that again.

The messages of a request are those of the conversation, which never change: only what stands beside them is kept, and a
digest of all, which proves that nothing was lost. What is attached stands in that with the digest of its bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from chat_tui.conversation.parts import count
from chat_tui.conversation.secrets import without_secret_texts
from chat_tui.conversation.values import Asked, FilePart, Json, Message
from chat_tui.openrouter.exact_json import decode_json
from chat_tui.openrouter.file_text import FileText, each_file_text, file_texts
from chat_tui.openrouter.forms import Form, sent_form
from chat_tui.reply.content import Files
from chat_tui.reply.request import request_body, settings_of

if TYPE_CHECKING:
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.keeping import Keeper

LONGEST_IN_RECORD = 4_000
"""Characters of JSON that are kept in a reply's record; more is kept in a file, which like replies then share."""
FILE_NAME = "request.json"
_FILE = "chat_tui_file"
"""Where a request that is kept has the text of a file: the only key of an object that says which."""


class Remembered(NamedTuple):
    """A request that was made again."""

    body: dict[str, Any]
    is_exact: bool
    """It is the one that was sent; else something that it was made of has changed."""


def digest_of(body: Mapping[str, Any]) -> str:
    """Return the SHA-256 of `body` as sorted JSON, for which the order of keys doesn't count."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), default=as_json)
    return hashlib.sha256(text.encode()).hexdigest()


def as_json(value: object) -> Any:
    """Return what JSON has for what our decoders make of it, and for a file of the conversation."""
    if isinstance(value, FileText):
        kept = {"sha256": value.sha256, "size": value.size, "name": value.name, "kept_as": value.path.name}
        return {_FILE: {**kept, "media_type": value.media_type}}
    return dict(value) if isinstance(value, Mapping) else float(cast(Any, value))


def files_of(chat: Chat) -> Files:
    """Return the files of `chat`."""
    return Files(chat.saving.read_attachment, chat.folder.attachment)


def remembered(body: Mapping[str, Any], own: int, form: str, hidden: tuple[str, ...], *, raw: bool) -> Asked:
    """Return what is kept of `body`.

    Args:
        body: All that is sent.
        own: How many of its first messages aren't the conversation's.
        form: What the server speaks.
        hidden: The ids of messages that were left out.
        raw: Whether the prompt goes out as it stands.
    """
    kept = {**body, "prompt": ""} if raw else {**body, "messages": body["messages"][:own]}
    return Asked(digest_of(body), kept, form=form, hidden=hidden, raw=raw)


def keep_asked(keeper: Keeper, asked: Asked) -> Asked:
    """Return `asked` as it goes into the journal: without secrets, and with what is long in a file."""
    body = each_file_text(without_secret_texts(asked.body), as_json)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=as_json)
    if len(text) <= LONGEST_IN_RECORD:
        return asked._replace(body=body)
    return asked._replace(body={}, file=keeper.attach(text.encode("utf-8", "replace"), "application/json", FILE_NAME))


def request_of(chat: Chat, reply: Message) -> Remembered | None:
    """Return the request that `reply` answers, as it was sent; None where it wasn't kept. It reads files.

    Raises:
        OSError: when the file that it is in can't be read.
    """
    if (asked := reply.asked) is None:
        return None
    body = _with_files(asked.body if asked.file is None else _read(chat, asked.file), chat)
    if not asked.edited:
        body = _completed(chat, reply, asked, body)
    is_whole = digest_of(body) == asked.digest and all(file.is_unchanged() for file in file_texts(body))
    return Remembered(body, is_whole)


def _completed(chat: Chat, reply: Message, asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
    """Return `body` with what is in the conversation."""
    path = chat.tree.path(reply.parent)
    if asked.raw:
        return {**body, "prompt": path[-1].text if path else ""}
    said = [message for message in path if message.id not in asked.hidden]
    request = request_body(said, settings_of({**body, "messages": None}), files_of(chat))
    only = cast(Any, {"messages": request["messages"]})
    form = cast(Form, asked.form if asked.form in _FORMS else _FORMS[0])
    sent = sent_form(only, form, streaming=False, at_openrouter=True).body
    own = body.get("messages")
    return {**body, "messages": [*(own if isinstance(own, list) else ()), *sent["messages"]]}


_FORMS = ("openrouter", "openrouter-old", "openai")


def _read(chat: Chat, file: FilePart) -> dict[str, Any]:
    try:
        value: Json = decode_json(chat.saving.read_attachment(file).decode())
    except ValueError:
        return {}
    return dict(without_secret_texts(value)) if isinstance(value, dict) else {}


def _with_files(value: Any, chat: Chat) -> Any:
    """Return a request that was kept with the files that it names."""
    if isinstance(value, list | tuple):
        return [_with_files(item, chat) for item in value]
    if not isinstance(value, Mapping):
        return value
    match value:
        case {"chat_tui_file": {"sha256": str(sha256), "size": int(size), "name": str(name), "media_type": str(kind),
                                "kept_as": str(kept_as)}} if len(value) == 1 and count(size) is not None:  # fmt: skip
            return FileText(chat.folder.path / "attachments" / Path(kept_as).name, size, sha256, name, kind)
    return {key: _with_files(item, chat) for key, item in value.items()}
