"""Servers that speak only OpenAI's API, each with the habits of a known one: what they list, how they frame a stream.

Their manners are written down from their documentation and sources; none of their programs runs here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Json = dict[str, Any]

WORDS = ("Blue ", "light ", "scatters — ", "más que el rojo.")
ANSWER = "".join(WORDS)
USAGE: Json = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}


@dataclass(frozen=True, slots=True)
class OtherServer:
    """How one server answers.

    Args:
        name: The server.
        models: The body of `/models`.
        first_model: The id of the first of them.
        context: The context length that can be read from the list, in tokens; None when it isn't there.
        events: The stream's bytes.
        unknown: Status and body for a path that it doesn't have.
        no_model: Status and body for a model that it doesn't have.
        reasoning: What the stream says as reasoning.
        counts: Whether the stream tells the usage.
    """

    name: str
    models: Any
    first_model: str
    events: bytes
    context: int | None = None
    unknown: tuple[int, Any] = (404, {"error": {"message": "Not Found"}})
    no_model: tuple[int, Any] = (404, {"error": {"message": "model not found", "type": "api_error"}})
    reasoning: str = ""
    counts: bool = True


@dataclass
class Running:
    """A server that runs: where, and the bodies that it received."""

    base_url: str
    received: list[Json] = field(default_factory=list)


def _about(answer_id: str, model: str, **fields: Any) -> Json:
    return {"id": answer_id, "created": 1790000000, "model": model, **fields}


def _chunk(delta: Json, finish: str | None = None, **fields: Any) -> Json:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"object": "chat.completion.chunk", "choices": [choice], **fields}


def _framed(chunks: Sequence[Json], *, space: str = " ", end: str = "\n", done: bool = True) -> bytes:
    lines = [f"data:{space}{json.dumps(chunk, ensure_ascii=False)}{end}{end}" for chunk in chunks]
    return "".join([*lines, f"data:{space}[DONE]{end}{end}" if done else ""]).encode()


def _ollama() -> OtherServer:
    about = _about("chatcmpl-811", "llama3.2:1b", system_fingerprint="fp_ollama")
    words = [_chunk({"role": "assistant", "content": word}, **about) for word in WORDS]
    end = _chunk({"role": "assistant", "content": ""}, "stop", **about)
    return OtherServer(
        "Ollama",
        {"object": "list", "data": [_listed("llama3.2:1b", "library"), _listed("qwen3:0.6b", "library")]},
        "llama3.2:1b",
        _framed([*words, end, {**about, "choices": [], "usage": USAGE}]),
        unknown=(404, "404 page not found"),
        no_model=(404, {"error": {"message": 'model "x" not found, try pulling it first', "type": "api_error"}}),
    )


def _llama_cpp() -> OtherServer:
    about = _about("chatcmpl-Wq", "gemma-3-1b.gguf", system_fingerprint="b6500")
    start = _chunk({"role": "assistant", "content": None}, **about)
    thoughts = [_chunk({"reasoning_content": thought}, **about) for thought in ("Rayleigh, ", "surely.")]
    words = [_chunk({"content": word}, **about) for word in WORDS]
    usage = {**about, "choices": [], "usage": USAGE, "timings": {"predicted_n": 5, "predicted_ms": 61.5}}
    model = {**_listed("gemma-3-1b.gguf", "llamacpp"), "meta": {"n_ctx_train": 32768, "n_params": 999885952}}
    return OtherServer(
        "llama.cpp",
        {"models": [{"name": "gemma-3-1b.gguf", "model": "gemma-3-1b.gguf"}], "object": "list", "data": [model]},
        "gemma-3-1b.gguf",
        _framed([start, *thoughts, *words, _chunk({}, "stop", **about), usage]),
        context=32768,
        unknown=(404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}),
        reasoning="Rayleigh, surely.",
    )


def _vllm() -> OtherServer:
    about = _about("chatcmpl-5c", "Qwen/Qwen3-0.6B")
    start = _chunk({"role": "assistant", "content": ""}, **about, usage=None)
    words = [_chunk({"content": word}, **about, usage=None) for word in WORDS]
    end = _chunk({"content": ""}, "stop", **about, usage=None)
    end["choices"][0]["stop_reason"] = None
    model = {**_listed("Qwen/Qwen3-0.6B", "vllm"), "root": "Qwen/Qwen3-0.6B", "max_model_len": 40960, "permission": []}
    missing = {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404}
    return OtherServer(
        "vLLM",
        {"object": "list", "data": [model]},
        "Qwen/Qwen3-0.6B",
        _framed([start, *words, end, {**about, "choices": [], "usage": USAGE}]),
        context=40960,
        unknown=(404, {"detail": "Not Found"}),
        no_model=(404, missing),
    )


def _lm_studio() -> OtherServer:
    about = _about("chatcmpl-lm", "qwen2.5-7b-instruct", system_fingerprint="q")
    words = [_chunk({"role": "assistant", "content": word}, **about) for word in WORDS]
    return OtherServer(
        "LM Studio",
        {
            "data": [{"id": "qwen2.5-7b-instruct", "object": "model", "owned_by": "organization_owner"}],
            "object": "list",
        },
        "qwen2.5-7b-instruct",
        _framed([*words, _chunk({}, "stop", **about)]),
        unknown=(200, {"error": "Unexpected endpoint or method. (GET /v1/key). Returning 200 anyway"}),
        no_model=(400, {"error": {"message": "Model “x” isn't loaded.", "type": "invalid_request_error"}}),
        counts=False,
    )


def _litellm() -> OtherServer:
    about = _about("chatcmpl-li", "gpt-4o")
    words = [_chunk({"role": "assistant", "content": word}, **about) for word in WORDS]
    last = _chunk({}, "stop", **about, usage=USAGE)
    return OtherServer(
        "LiteLLM",
        {"data": [_listed("gpt-4o", "openai"), _listed("claude", "openai")], "object": "list"},
        "gpt-4o",
        _framed([*words, last]),
        no_model=(400, {"error": {"message": "litellm.BadRequestError: x", "type": None, "code": "400"}}),
    )


def _bare() -> OtherServer:
    """No ids, no roles, no usage, `data:` without its space, CRLF, and an end without `[DONE]`."""
    chunks = [{"choices": [{"delta": {"content": word}}]} for word in WORDS]
    end = {"choices": [{"delta": {}, "finish_reason": "stop"}]}
    return OtherServer(
        "a bare one",
        [{"id": "tiny"}, {"id": "small"}],
        "tiny",
        _framed([*chunks, end], space="", end="\r\n", done=False),
        unknown=(501, "Not Implemented"),
        counts=False,
    )


def _listed(model_id: str, owner: str) -> Json:
    return {"id": model_id, "object": "model", "created": 1790000000, "owned_by": owner}


OTHER_SERVERS = {
    server.name: server for server in (_ollama(), _llama_cpp(), _vllm(), _lm_studio(), _litellm(), _bare())
}


def _whole(server: OtherServer) -> Json:
    message = {"role": "assistant", "content": ANSWER}
    return {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}], "model": server.first_model}


@contextmanager
def running(server: OtherServer) -> Iterator[Running]:
    """Run a server on loopback, in a thread."""
    state = Running("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(*((200, server.models) if self.path.partition("?")[0] == "/v1/models" else server.unknown))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.received.append(body)
            if body.get("model") == "x":
                self._answer(*server.no_model)
            elif body.get("stream"):
                self._send(200, "text/event-stream; charset=utf-8", server.events)
            else:
                self._answer(200, _whole(server))

        def _answer(self, status: int, body: Any) -> None:
            kind = "text/plain" if isinstance(body, str) else "application/json"
            self._send(status, kind, (body if isinstance(body, str) else json.dumps(body)).encode())

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        state.base_url = f"http://127.0.0.1:{listener.server_address[1]}/v1"
        try:
            yield state
        finally:
            listener.shutdown()
            thread.join()
