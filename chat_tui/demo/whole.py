"""A completion as one JSON object, for clients that don't stream."""

from typing import Any

from chat_tui.demo.completion import Completion
from chat_tui.demo.reply import Ending
from chat_tui.demo.thoughts import whole_details


def whole(completion: Completion) -> dict[str, Any]:
    """Return the response (OpenAPI ChatResult)."""
    reply = completion.reply
    message: dict[str, Any] = {"role": "assistant", "content": "".join(reply.tokens), "refusal": None, **reply.message}
    if reply.reasoning and not reply.hides_reasoning:
        message["reasoning"] = "".join(reply.reasoning)
        message["reasoning_details"] = whole_details(reply)
    said = {"text": "".join(reply.tokens)} if completion.is_text else {"message": message}
    choice: dict[str, Any] = {
        "index": 0,
        **said,
        "logprobs": completion.logprobs(reply.tokens),
        "finish_reason": completion.finish_reason,
        "native_finish_reason": completion.native_finish_reason,
    }
    if reply.ending is Ending.ERROR:
        choice["error"] = completion.error
    response = {
        **completion.head("chat.completion"),
        "system_fingerprint": None,
        "choices": [choice],
        "usage": completion.entry.usage.as_json(),
    }
    if completion.routing is not None:
        response["openrouter_metadata"] = completion.routing
    return response
