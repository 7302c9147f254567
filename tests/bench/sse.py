"""The floor: a reply received and decoded with httpx-sse, and shown nowhere."""

from __future__ import annotations

import json
from time import process_time

import httpx
from httpx_sse import connect_sse

from tests.bench.text import tokens


def decoding(count: int) -> float:
    """Return the seconds of CPU that decoding a stream of `count` tokens takes."""
    events = [{"choices": [{"index": 0, "delta": {"content": token}}]} for token in tokens(count)]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=body)
    )
    with httpx.Client(transport=transport) as client:
        begun = process_time()
        with connect_sse(client, "POST", "http://127.0.0.1/chat/completions") as source:
            text = "".join(json.loads(event.data)["choices"][0]["delta"]["content"] for event in source.iter_sse())
        taken = process_time() - begun
    if text != "".join(tokens(count)):
        raise ValueError("the decoded text is another")
    return taken
