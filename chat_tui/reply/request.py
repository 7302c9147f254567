"""The request that a conversation makes under its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from chat_tui.config.schema import APPLICATION_ONLY, KEYED, SETTINGS
from chat_tui.conversation.values import Json, Message, requested_is_served
from chat_tui.openrouter.exact_json import decode_json
from chat_tui.reply.content import Files, content_of

if TYPE_CHECKING:
    from chat_tui.openrouter.request import ChatRequest, TextRequest
    from chat_tui.openrouter.request_messages import AssistantMessage, ChatMessage

_FLAT = "parameters"
_PROVIDER = "provider"
NOT_SENT = frozenset({"local_preset", "budget"})
"""Settings of chats, or tables of them, that are for the application alone."""
_SENT = {name.partition(".")[0] for name in SETTINGS} - APPLICATION_ONLY - NOT_SENT - {"system", _FLAT}
_ENABLED = "enabled"
_NEVER_OFF = ("web-fetch", "moderation", "alignment", "jev-router", "switchyard-router")
"""Plugins that have no `enabled` on the wire: off, they aren't sent."""
_ROUTERS = "openrouter/"
_FREE_PARSER = {"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}
"""What is asked for where nobody chose the parser's engine: OpenRouter's own choice is billed by the page."""


def with_free_parser(body: ChatRequest) -> ChatRequest:
    """Return `body` with the parser of files that costs nothing, where a parser wasn't chosen."""
    plugins = body.get("plugins") or ()
    if any(plugin["id"] == _FREE_PARSER["id"] for plugin in plugins):
        return body
    return {**body, "plugins": cast(Any, [*plugins, _FREE_PARSER])}


def request_body(path: Sequence[Message], settings: Json, files: Files) -> ChatRequest:
    """Return the chat request for `path` under `settings`; what is unset is not sent.

    Replies without a word (failed, or stopped at once) are left out: providers refuse empty messages. Tool calls are
    sent only with all of their answers, for the same reason.

    Args:
        path: The branch that is sent, the prompt last.
        settings: All layers, merged.
        files: The conversation's. What is attached stands in the messages unread (`FileText`), but for text; an
            annotation that can't be read is left out.
    """
    messages: list[ChatMessage] = []
    if system := settings.get("system"):
        messages.append({"role": "system", "content": system})
    for place, message in enumerate(path):
        if message.role == "user":
            messages.append({"role": "user", "content": content_of(message, files)})
        elif message.role == "assistant":
            messages += _exchange(message, _answers(message, path[place + 1 :]), settings, files)
    return cast("ChatRequest", {**settings_fields(settings), "messages": messages})


def text_request(prompt: str, settings: Json) -> TextRequest:
    """Return the request to go on with `prompt` as it stands, under `settings`: no roles, no system prompt."""
    return cast("TextRequest", {**settings_fields(settings), "prompt": prompt})


def settings_fields(settings: Json) -> dict[str, Any]:
    """Return what `settings` say beside the messages; what is empty is unset."""
    flat = settings.get(_FLAT) or {}
    named = {name: value for name, value in settings.items() if name in _SENT}
    if isinstance(provider := named.get(_PROVIDER), Mapping):
        # A chat takes back a rule of the file's with an empty list, which servers need not understand.
        named[_PROVIDER] = _filled(provider)
    for name, key in KEYED.items():
        named[name] = [_as_sent(item, key) for item in named.get(name) or () if _is_sent(item, key)]
    return {**flat, **_filled(named)}


def form_of(body: Json) -> str:
    """Return the form that `body` asks the reply to have, when that is JSON (wire: `response_format`)."""
    asked = body.get("response_format")
    form = asked.get("type") if isinstance(asked, Mapping) else None
    return form if form in ("json_object", "json_schema") else ""


def settings_of(fields: Json) -> dict[str, Any]:
    """Return fields of a request as settings: those of them that a setting is for."""
    flat = {name: value for name, value in fields.items() if f"{_FLAT}.{name}" in SETTINGS}
    named = {name: value for name, value in fields.items() if name in _SENT and name not in flat}
    return {**named, **({_FLAT: flat} if flat else {})}


def field_of(name: str) -> str:
    """Return the field of a request that the setting `name`, dotted, goes into."""
    first, _, rest = name.partition(".")
    return rest if first == _FLAT else first


def _is_sent(item: Json, key: str) -> bool:
    """Tell whether the wire has an item: one that is switched off is only said where the wire can say so."""
    return item.get(_ENABLED) is not False or (key == "id" and item[key] not in _NEVER_OFF)


def _as_sent(item: Json, key: str) -> dict[str, Any]:
    """Return a plugin or a tool as the wire has it: what is there is on, and need not say so."""
    says_on = item.get(_ENABLED) is True or key == "type"
    sent = {name: value for name, value in item.items() if name != _ENABLED or not says_on}
    return _FREE_PARSER | sent if sent == {"id": _FREE_PARSER["id"]} else sent


def _filled(settings: Json) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if value not in (None, "", [], {})}


def _exchange(reply: Message, answers: Mapping[str, Message], settings: Json, files: Files) -> list[ChatMessage]:
    """Return `reply` and the `answers` to its tool calls, by their ids; nothing when nothing is left of it."""
    sent: AssistantMessage = {"role": "assistant", "content": reply.text or None}
    if answers:
        sent["tool_calls"] = cast(Any, [dict(call) for call in reply.tool_calls])
    elif not reply.text:
        return []
    if annotations := _annotations(reply, files):
        sent["annotations"] = annotations
    # Providers check that a turn is as they left it: without its tool calls it isn't.
    is_whole = reply.status == "complete" and bool(answers) == bool(reply.tool_calls)
    if is_whole and reply.reasoning_details and _asks_its_writer(reply, settings):
        sent["reasoning_details"] = cast(Any, [dict(detail) for detail in reply.reasoning_details])
    results: list[ChatMessage] = [
        {"role": "tool", "tool_call_id": name, "content": answer.text} for name, answer in answers.items()
    ]
    return [sent, *results]


def _answers(reply: Message, after: Sequence[Message]) -> dict[str, Message]:
    """Return the tools' messages right after `reply` by the id of the call that each answers; none unless all are.

    A tool's message says in its own `tool_calls` which call it is the answer to.
    """
    wanted = [str(call.get("id")) for call in reply.tool_calls]
    if reply.status != "complete" or not wanted:
        return {}
    answers: dict[str, Message] = {}
    for message in after:
        if message.role != "tool":
            break
        answers |= {str(call.get("id")): message for call in message.tool_calls[:1]}
    return {name: answers[name] for name in wanted} if all(name in answers for name in wanted) else {}


def _asks_its_writer(reply: Message, settings: Json) -> bool:
    """Tell whether the model that is asked now is the one that wrote `reply`: nobody else can use its reasoning."""
    now, asked = settings.get("model"), reply.model
    served = (reply.receipt and reply.receipt.model) or asked
    if not now or not served:
        return False
    # A router, or a list of models to fall back on, may have had another one answer under the same id.
    is_same_id = now == asked and not now.startswith(_ROUTERS) and not settings.get("models")
    return is_same_id or requested_is_served(now, served)


def _annotations(reply: Message, files: Files) -> list[dict[str, Any]]:
    """Return what the server made of files, as it came."""
    found = []
    for part in reply.annotations:
        try:
            annotation = decode_json(files.read(part).decode())
        except (OSError, ValueError):
            continue
        if isinstance(annotation, dict):
            found.append(annotation)
    return found
