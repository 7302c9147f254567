"""What a server gets of a request: OpenRouter's current form, its older one, or the plain OpenAI one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal

from chat_tui.openrouter.forms_narrower import Dropped
from chat_tui.openrouter.forms_older import older
from chat_tui.openrouter.forms_openai import plain

if TYPE_CHECKING:
    from chat_tui.openrouter.request import ChatRequest, TextRequest

Form = Literal["openrouter", "openrouter-old", "openai"]
"""OpenRouter as it is; a gateway that knows only what OpenRouter took before; any server that speaks OpenAI's API."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The body of a request, as it goes on the wire."""

    body: dict[str, Any]
    left_out: tuple[str, ...] = ()
    """The fields, dotted, that the server's form has no place for: what they ask for doesn't happen."""


def sent_form(request: ChatRequest | TextRequest, form: Form, *, streaming: bool, at_openrouter: bool) -> Sent:
    """Return `request` in `form`; `request` itself stays as it is.

    Args:
        request: In the current form.
        form: What the server speaks.
        streaming: Whether the reply comes piece by piece.
        at_openrouter: Whether the host is OpenRouter's. Any other one is asked for the usage of a stream, which
            OpenRouter sends by itself.
    """
    body: dict[str, Any] = {**request, "stream": streaming}
    dropped = Dropped()
    if form == "openrouter-old":
        body = older(body, dropped)
    elif form == "openai":
        body = plain(body, dropped)
    elif (provider := body.get("provider")) and provider.get("max_price"):
        body["provider"] = {**provider, "max_price": _as_texts(provider["max_price"])}
    if streaming and not at_openrouter:
        body["stream_options"] = {"include_usage": True}
    return Sent(body, tuple(dropped))


def _as_texts(prices: Mapping[str, Any]) -> dict[str, str]:
    return {name: _digits(price) for name, price in prices.items() if price is not None}


def _digits(price: Any) -> str:
    """Return all digits of `price`, without an exponent; a text that is no number stays as it is."""
    try:
        return format(Decimal(str(price)), "f")
    except InvalidOperation:
        return str(price)
