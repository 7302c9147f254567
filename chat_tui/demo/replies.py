"""What each model answers to a request."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice

from chat_tui.demo import samples
from chat_tui.demo.attached import without_blobs
from chat_tui.demo.breaking import BREAKING
from chat_tui.demo.calling import answer_json, call_tools
from chat_tui.demo.catalogue import Model
from chat_tui.demo.media import cite, draw, draw_huge, read_file, speak, with_citations, with_image
from chat_tui.demo.names import Named
from chat_tui.demo.reply import Ending, Reply, tokens_of
from chat_tui.demo.request import ChatRequest


def reply_to(request: ChatRequest, named: Named) -> Reply:
    """Answer a request as the model would, within the request's limit of tokens."""
    reply = _answer(request, named.model)
    if "online" in named.variants or request.searches:
        reply = with_citations(reply)
    if not request.wants_reasoning:
        reply = replace(reply, reasoning=[])
    return replace(reply, hides_reasoning=request.hides_reasoning).within(request.token_limit)


def _answer(request: ChatRequest, model: Model) -> Reply:
    answer = _DEMO_REPLIES.get(model.id)
    if answer is not None:
        return answer(request)
    if request.wants_json:
        return answer_json(request)
    wanted = request.settings.get("modalities") or ()
    if "audio" in wanted:
        return speak(request)
    reply = _ordinary(request, model)
    return with_image(reply, request) if "image" in wanted else reply


def _markdown(_: ChatRequest) -> Reply:
    return Reply(tokens_of(samples.MARKDOWN), speed=120)


def _reasoning(_: ChatRequest) -> Reply:
    return Reply(tokens_of(samples.REASONED_ANSWER), tokens_of(samples.REASONING), speed=60)


def _encrypted(_: ChatRequest) -> Reply:
    summary = tokens_of(samples.ENCRYPTED_REASONING)
    return Reply(tokens_of(samples.ENCRYPTED), summary, encrypts_reasoning=True)


def _length(_: ChatRequest) -> Reply:
    return Reply(tokens_of(samples.LENGTH), ending=Ending.LENGTH)


def _content_filter(_: ChatRequest) -> Reply:
    return Reply(tokens_of(samples.CONTENT_FILTER), ending=Ending.CONTENT_FILTER)


def _usage_apart(_: ChatRequest) -> Reply:
    return Reply(tokens_of(samples.USAGE_APART), has_usage_apart=True)


def _slow(_: ChatRequest) -> Reply:
    return Reply(tokens_of(samples.SLOW), speed=8)


def _escape(_: ChatRequest) -> Reply:
    return Reply(tokens_of(samples.ESCAPE), tokens_of(samples.ESCAPE_REASONING), speed=120)


def _echo(request: ChatRequest) -> Reply:
    # Lines of indented JSON begin with a quote or a bracket, so that nothing in the body can close the fence.
    body = json.dumps(without_blobs(request.body), indent=2, ensure_ascii=False)
    text = f"Simulated: this is the request as it arrived.\n\n```json\n{body}\n```\n"
    return Reply(tokens_of(text), speed=400)


_DEFAULT_FAST_TOKENS = 500
_MOST_FAST_TOKENS = 1_000_000
_ASKED_TOKENS = re.compile(r"(\d[\d,_]{0,15})\s*tokens?\b")


def _fast(request: ChatRequest) -> Reply:
    asked = _ASKED_TOKENS.search(request.prompt)
    length = int(re.sub(r"\D", "", asked[1])) if asked else _DEFAULT_FAST_TOKENS
    tokens = list(islice(_endless_tokens(), min(length, _MOST_FAST_TOKENS)))
    return Reply(tokens, latency=0, speed=None)


def _endless_tokens() -> Iterator[str]:
    for number in count(1):
        yield from tokens_of(samples.FAST_SECTION.format(number=number, square=number * number))


_DEMO_REPLIES: dict[str, Callable[[ChatRequest], Reply]] = {
    "demo/markdown": _markdown,
    "demo/reasoning": _reasoning,
    "demo/echo": _echo,
    "demo/slow": _slow,
    "demo/fast": _fast,
    "demo/escape": _escape,
    "demo/encrypted": _encrypted,
    "demo/length": _length,
    "demo/content-filter": _content_filter,
    "demo/usage-apart": _usage_apart,
    "demo/tools": call_tools,
    "demo/json": answer_json,
    "demo/image": draw,
    "demo/huge-image": draw_huge,
    "demo/citations": cite,
    "demo/file": read_file,
    "demo/audio": speak,
    **BREAKING,
}

_LONGEST_QUOTE = 90

_OPENINGS = (
    "Happy to help — though this is only a **simulated** answer in the name of {name}.",
    "Good question. A real {name} would answer it; this one is **simulated**.",
    "Here is what a reply from {name} looks like. It is **simulated**: no model was asked, the cost is make-believe.",
)

_MIDDLES = (
    "Three things that I would look at first:\n\n"
    "1. **The goal.** What should be different afterwards?\n"
    "2. **The smallest step** that shows whether the idea holds.\n"
    "3. **The price** of being wrong, in time and in money.\n\n"
    "If the second is hard to name, the first is probably not clear yet.",
    "A sketch, to have something to disagree with:\n\n"
    "```python\n"
    "def answer(question: str) -> str:\n"
    '    """Think first, then be brief."""\n'
    "    facts = [fact for fact in recall(question) if fact.is_checked]\n"
    "    return summarize(facts)\n"
    "```\n\n"
    "`recall` is where the work is; the rest is manners.",
    "Two ways to go about it:\n\n"
    "| | Quick | Thorough |\n"
    "|---|---|---|\n"
    "| Takes | an hour | a week |\n"
    "| Tells you | whether it's worth it | how to do it |\n"
    "| Risk | too shallow | too late |\n\n"
    "I would start with the *quick* one and keep what it teaches.",
    "> The first answer is rarely wrong; it is only about a slightly different question.\n\n"
    "- What do you know for certain?\n"
    "- What do you only expect?\n"
    "  - and what would change your mind?\n"
    "- Who has done it before?",
)

_CLOSINGS = (
    "Send another prompt and the answer changes with it.",
    "Tell me more, and the next simulated reply will be about that.",
    "With a key of your own, the same prompt goes to the real model.",
)


def _ordinary(request: ChatRequest, model: Model) -> Reply:
    digest = request.digest
    parts = [_OPENINGS[digest % len(_OPENINGS)].format(name=f"`{model.id}`"), _about_the_prompt(request)]
    parts += [_MIDDLES[digest // 7 % len(_MIDDLES)], _CLOSINGS[digest // 31 % len(_CLOSINGS)]]
    return Reply(tokens_of("\n\n".join(parts) + "\n"))


def _about_the_prompt(request: ChatRequest) -> str:
    words = " ".join(request.prompt.split())
    if len(words) > _LONGEST_QUOTE:
        words = words[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + " …"
    said = f"You wrote “{words}”" if words else "You wrote nothing"
    kinds = [_ATTACHMENT_NAMES.get(kind, "an attachment") for kind in (part["type"] for part in request.attachments)]
    return f"{said}, with {' and '.join(kinds)}." if kinds else f"{said}."


_ATTACHMENT_NAMES = {
    "image_url": "an image",
    "input_audio": "a recording",
    "video_url": "a video",
    "file": "a file",
}
