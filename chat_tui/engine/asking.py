"""What a turn asks for: a request in the form that its server understands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chat_tui.config.server import Server
from chat_tui.conversation.values import Asked, FilePart, Json, Message
from chat_tui.engine.chat import Chat
from chat_tui.engine.refused import RefusedError
from chat_tui.engine.remembering import digest_of, files_of, remembered
from chat_tui.openrouter.file_text import FileGoneError, FileText, each_file_text, file_texts
from chat_tui.openrouter.forms import Sent, sent_form
from chat_tui.reply.content import Files, has_documents, not_sendable
from chat_tui.reply.proof import wants_account
from chat_tui.reply.request import request_body, text_request, with_free_parser

if TYPE_CHECKING:
    from chat_tui.openrouter.request import ChatRequest, TextRequest


@dataclass(frozen=True, slots=True)
class Manner:
    """How a prompt is asked.

    Args:
        stream: Whether the reply comes piece by piece, unless the settings say that it doesn't.
        raw: Whether the model goes on with the prompt as it stands, without roles and without what was said before.
        echo: Whether the server is to tell what it sent to each provider; it does so only when it streams.
    """

    stream: bool = True
    raw: bool = False
    echo: bool = False


def _no_file(part: FilePart) -> Any:
    raise FileNotFoundError(part.name)


IN_CHAT = Manner()
NO_FILES = Files(_no_file, _no_file)
_PRESET = "@preset/"


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that is ready to be sent.

    Args:
        body: What goes on the wire.
        manner: How it is asked.
        left_out: The settings, dotted, that the server's form has no place for, and files that no form has one for.
        headers: What goes with it beside the usual ones.
        asked: What of it is kept with the reply; the whole body while it may be long.
    """

    body: dict[str, Any]
    asked: Asked
    manner: Manner = IN_CHAT
    left_out: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def asking(
    chat: Chat,
    path: Sequence[Message],
    server: Server,
    manner: Manner,
    headers: Mapping[str, str] | None = None,
    *,
    reads_files: bool = False,
) -> Asking:
    """Return the request for `path`, the prompt last, under the settings of `chat`; reads files, so in a thread.

    Args:
        chat: The conversation.
        path: The branch.
        server: Where it goes.
        manner: How it is asked.
        headers: What goes with it; where several may serve, the server is also asked to tell how it came to the one
            that does.
        reads_files: Whether every model that is named reads documents by itself. For others a server has them read, and
            OpenRouter's own choice is billed by the page, so the one that costs nothing is asked for.
    """
    sent, manner = sent_for(chat, path, server, manner, reads_files=reads_files)
    hidden = tuple(message.id for message in path if message.id in chat.hidden)
    own = 1 if chat.settings.get("system") else 0
    asked = remembered(sent.body, own, server.speaks, hidden, raw=manner.raw)
    return Asking(sent.body, asked, manner, sent.left_out, with_routing(headers or {}, sent.body))


def sent_for(
    chat: Chat, path: Sequence[Message], server: Server, manner: Manner, *, reads_files: bool = False
) -> tuple[Sent, Manner]:
    """Return what goes on the wire for `path` and how it is asked, as `asking` does, which also keeps it."""
    request: ChatRequest | TextRequest
    unsent: tuple[str, ...] = ()
    if manner.raw:
        request = text_request(path[-1].text, chat.settings)
    else:
        said = [message for message in path if message.id not in chat.hidden]
        request, unsent = request_body(said, chat.settings, files_of(chat)), tuple(not_sendable(said))
        if has_documents(said) and not reads_files and server.speaks != "openai" and not _has_preset(request):
            request = with_free_parser(request)
    manner = replace(manner, stream=manner.stream and _streams(chat.settings))
    if manner.echo and manner.stream:
        request["debug"] = {**(request.get("debug") or {}), "echo_upstream_body": True}
    sent = sent_form(request, server.speaks, streaming=manner.stream, at_openrouter=server.is_openrouter)
    return replace(sent, left_out=(*sent.left_out, *unsent)), manner


def _has_preset(request: ChatRequest) -> bool:
    """Tell whether the account may have chosen a parser already."""
    return bool(request.get("preset")) or _PRESET in request.get("model", "")


def checked(ask: Callable[[], Asking]) -> Asking:
    """Return the request that `ask` makes, of which every file is there; blocks.

    Raises:
        RefusedError: when one isn't.
    """
    wanted = ask()
    try:
        for file in file_texts(wanted.body.get("messages")):
            file.check()
    except FileGoneError as error:
        raise RefusedError(str(error)) from error
    return wanted


def with_files_of(chat: Chat, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return `body` with its files where they are now, if `chat` has taken them in since; blocks."""

    def found(file: FileText) -> FileText:
        kept = chat.folder.path / "attachments" / file.path.name
        return file if file.path.exists() or not kept.exists() else replace(file, path=kept)

    moved: dict[str, Any] = each_file_text(body, found)
    return moved


def asking_edited(body: Mapping[str, Any], server: Server, headers: Mapping[str, str] | None = None) -> Asking:
    """Return the request with a `body` that a person wrote, which goes out as it is.

    Args:
        body: JSON; with `prompt` in place of `messages`, the model goes on with a text.
        server: Where it goes.
        headers: As of `asking`.
    """
    sent = {**body, "stream": body.get("stream") is not False}
    raw = "messages" not in sent
    asked = Asked(digest_of(sent), sent, form=server.speaks, raw=raw, edited=True)
    return Asking(sent, asked, Manner(sent["stream"], raw), headers=with_routing(headers or {}, sent))


def with_routing(headers: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, str]:
    """Return `headers`, with the one that asks how a request was routed where its `body` decides over that."""
    return {**headers, **({"X-OpenRouter-Metadata": "enabled"} if wants_account(body) else {})}


def preview(settings: Json, server: Server | None = None) -> Sent:
    """Return what the next request holds beside the conversation, in the form that its server gets.

    Args:
        settings: All layers, merged.
        server: Where it goes; None: OpenRouter, in its own form.
    """
    request = request_body([], settings, NO_FILES)
    form = server.speaks if server is not None else "openrouter"
    is_openrouter = server is None or server.is_openrouter
    sent = sent_form(request, form, streaming=_streams(settings), at_openrouter=is_openrouter)
    order = ("model", "models", *sent.body)
    # What a person looks for first comes first; without a system prompt there is no message yet.
    body = {name: sent.body[name] for name in order if name in sent.body and (name != "messages" or sent.body[name])}
    return Sent(body, sent.left_out)


def _streams(settings: Json) -> bool:
    return settings.get("stream") is not False
