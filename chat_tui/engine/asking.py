"""What a turn asks for: a request in the form that its server understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chat_tui.config.server import Server
from chat_tui.conversation.values import Message
from chat_tui.engine.chat import Chat
from chat_tui.openrouter.forms import sent_form
from chat_tui.reply.proof import decides_routing
from chat_tui.reply.request import request_body, text_request

if TYPE_CHECKING:
    from chat_tui.openrouter.request import ChatRequest, TextRequest


@dataclass(frozen=True, slots=True)
class Manner:
    """How a prompt is asked.

    Args:
        stream: Whether the reply comes piece by piece.
        raw: Whether the model goes on with the prompt as it stands, without roles and without what was said before.
    """

    stream: bool = True
    raw: bool = False


IN_CHAT = Manner()


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that is ready to be sent.

    Args:
        body: What goes on the wire.
        manner: How it is asked.
        left_out: The settings, dotted, that the server's form has no place for.
    """

    body: dict[str, Any]
    manner: Manner = IN_CHAT
    left_out: tuple[str, ...] = ()

    @property
    def headers(self) -> dict[str, str]:
        """What goes with it: where several may serve, the server is asked to tell how it came to the one that does."""
        return {"X-OpenRouter-Metadata": "enabled"} if decides_routing(self.body) else {}


def asking(chat: Chat, path: Sequence[Message], server: Server, manner: Manner) -> Asking:
    """Return the request for `path`, the prompt last, under the settings of `chat`; reads files, so in a thread."""
    request: ChatRequest | TextRequest
    if manner.raw:
        request = text_request(path[-1].text, chat.settings)
    else:
        request = request_body(path, chat.settings, chat.folder.read_attachment)
    sent = sent_form(request, server.speaks, streaming=manner.stream, at_openrouter=server.is_openrouter)
    return Asking(sent.body, manner, sent.left_out)
