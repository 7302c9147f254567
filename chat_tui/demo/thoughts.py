"""Reasoning on the wire: the details that go with its text, as two makers of models send them."""

from typing import Any

from chat_tui.demo.reply import Reply

_SIGNATURE = "U2ltdWxhdGVkIHNpZ25hdHVyZQ=="
_ENCRYPTED = "U2ltdWxhdGVkOiBub2JvZHkgY2FuIHJlYWQgdGhpcyByZWFzb25pbmcu"
_ENCRYPTED_ID = "rs_demo0000000000000000"


def details(reply: Reply, text: str) -> list[dict[str, Any]]:
    """Return the details of a piece of reasoning."""
    if reply.encrypts_reasoning:
        return [{"type": "reasoning.summary", "summary": text, "format": "openai-responses-v1", "index": 0}]
    return [{"type": "reasoning.text", "text": text, "format": "anthropic-claude-v1", "index": 0}]


def seal(reply: Reply) -> dict[str, Any]:
    """Return the last detail of a stream, without readable text: a signature, or what is encrypted."""
    if reply.encrypts_reasoning:
        return {
            "type": "reasoning.encrypted",
            "data": _ENCRYPTED,
            "id": _ENCRYPTED_ID,
            "format": "openai-responses-v1",
            "index": 0,
        }
    return {"type": "reasoning.text", "signature": _SIGNATURE, "format": "anthropic-claude-v1", "index": 0}


def whole_details(reply: Reply) -> list[dict[str, Any]]:
    """Return the details of all reasoning, for an answer that isn't streamed."""
    (detail,) = details(reply, "".join(reply.reasoning))
    if reply.encrypts_reasoning:
        return [detail, seal(reply)]
    return [{**detail, "signature": _SIGNATURE}]
