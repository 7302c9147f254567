"""`chat-tui ask`: one question, the answer on standard output."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chat_tui.cli.attachments import (
    PIPED,
    NotAttachedError,
    as_json,
    attach_all,
    kept_files,
    say_files,
    unfit,
)
from chat_tui.cli.options import NO_KEY, Surroundings, library_of, server_of, surroundings
from chat_tui.cli.output import fail, say, say_whole, write, write_json
from chat_tui.text import one_line

if TYPE_CHECKING:
    from chat_tui.config.server import Server
    from chat_tui.conversation.events import Event
    from chat_tui.conversation.values import FilePart, LinkPart, Message
    from chat_tui.engine.chat import Chat
    from chat_tui.engine.library import Library

WRONG_USAGE = 2
INTERRUPTED = 130
_BUDGET_SECONDS = 1.5
"""A question waits that long for what was spent and what it may cost, where a budget needs it."""
_LONGEST_PIPED = 64 * 1024 * 1024  # bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("prompt", nargs="*", metavar="PROMPT", help="the question; what is piped in follows it")
    parser.add_argument("--model", metavar="ID", default=argparse.SUPPRESS, help="the model to ask")
    parser.add_argument(
        "--preset",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="a preset of yours: NAME.toml in the folder of presets",
    )
    parser.add_argument("--system", metavar="TEXT", help="the system prompt")
    parser.add_argument(
        "--attach",
        metavar="FILE",
        action="append",
        default=[],
        help="a picture, PDF, sound, video or text to send along, or an https address of one; - for what is piped in; "
        "may be given several times",
    )
    parser.add_argument(
        "--sure", action="store_true", help="attach without asking what looks like a key or is in a hidden folder"
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object: text, model, provider, tokens, cost"
    )
    parser.add_argument(
        "--raw", action="store_true", help="let the model go on with the prompt as it stands, as no chat (/completions)"
    )
    parser.add_argument("--no-stream", action="store_true", help="ask for the whole answer at once")
    parser.add_argument(
        "--over-budget", action="store_true", help="ask although it could cost more than a budget of yours"
    )
    parser.add_argument(
        "--save",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="keep it as a conversation (the default); where the disk refuses, standard error says where it is instead",
    )


def run(arguments: argparse.Namespace) -> int:
    """Ask, print, and return the exit code: 0 answered, 1 failed, 2 no prompt, 130 interrupted."""
    from chat_tui.config.problems import ConfigError

    prompt = _prompt(arguments.prompt, reads=PIPED not in arguments.attach)
    if wrong := _wrong_usage(arguments, prompt):
        say(wrong)
        return WRONG_USAGE
    around = surroundings(arguments)
    for problem in around.problems:
        say(problem)
    try:
        server = server_of(arguments, around.paths)
    except ConfigError as error:
        return fail(str(error))
    if server.is_openrouter and server.key is None:
        return fail(NO_KEY.format(credentials=around.paths.credentials))
    with tempfile.TemporaryDirectory(prefix="chat-tui-ask-") as root:
        from chat_tui.paths import Paths

        paths = around.paths if arguments.save else Paths.under(Path(root))
        library = library_of(around, paths)
        if arguments.preset:
            try:
                library.presets.read(arguments.preset)
            except ConfigError as error:
                return fail(str(error))
        chat = library.begin()
        own = {"model": arguments.model, "local_preset": arguments.preset, "system": arguments.system}
        chat.change(**own)
        for problem in chat.preset_problems:
            say(problem)
        return _attach_and_ask(arguments, around, server, library, chat, prompt or "")


def _attach_and_ask(
    arguments: argparse.Namespace, around: Surroundings, server: Server, library: Library, chat: Chat, prompt: str
) -> int:
    from chat_tui.engine.attaching import wishes_of

    folder = library.drafts.attachments(chat.id)
    try:
        parts = attach_all(arguments.attach, folder, wishes_of(around.settings), sure=arguments.sure)
        return asyncio.run(_ask(arguments, around, server, chat, prompt, parts))
    except NotAttachedError as error:
        return fail(str(error))
    finally:
        if not chat.saving.is_pending:
            with suppress(OSError):
                library.drafts.forget(chat.id)


def _wrong_usage(arguments: argparse.Namespace, prompt: str | None) -> str:
    """Return what is missing, too much, or doesn't go together, as a sentence; empty when all is well."""
    if prompt is None:
        return f"What is piped in has more than {_LONGEST_PIPED // 2**20} MiB, more than any model reads. Pipe in less."
    if not prompt.strip() and not arguments.attach:
        return 'There is nothing to ask. Give a prompt, as in: chat-tui ask "Why is the sky blue?", or pipe one in.'
    if arguments.raw and arguments.system:
        return "A raw prompt has no system prompt beside it. Leave out --system or --raw."
    if arguments.raw and arguments.attach:
        return "A raw prompt has nothing attached to it. Leave out --attach or --raw."
    if PIPED in arguments.attach and sys.stdin.isatty():
        return "--attach - is for what is piped in, and nothing is. Name a file, or pipe one in."
    return ""


def _prompt(words: list[str], *, reads: bool) -> str | None:
    """Return the prompt from the arguments, then from standard input when something is piped in; None for too much.

    Args:
        words: The arguments.
        reads: Whether what is piped in belongs to it.
    """
    given = [" ".join(words)] if words else []
    if reads and not sys.stdin.isatty():
        piped = sys.stdin.buffer.read(_LONGEST_PIPED + 1)
        if len(piped) > _LONGEST_PIPED:
            return None
        text = piped.decode("utf-8", "replace")
        given += [text] if text.strip() else []
    return "\n\n".join(given)


async def _ask(
    arguments: argparse.Namespace,
    around: Surroundings,
    server: Server,
    chat: Chat,
    prompt: str,
    parts: Sequence[FilePart | LinkPart],
) -> int:
    from chat_tui.conversation.events import Text
    from chat_tui.engine.asking import Manner
    from chat_tui.engine.refused import OverBudgetError, RefusedError
    from chat_tui.engine.session import Session

    # Who pipes an answer on doesn't wait for a title.
    settings = {name: value for name, value in around.settings.items() if name != "title_model"}
    session = Session(server, settings, paths=around.paths if arguments.save else None, books=around.paths)
    session.budgets.tell = say
    session.budgets.patience = _BUDGET_SECONDS
    try:
        if parts and (reason := await unfit(session, chat, parts)):
            return fail(reason)
        manner = Manner(stream=not arguments.no_stream, raw=arguments.raw)
        turn = await session.send(chat, prompt, manner, parts, over_budget=arguments.over_budget)
        try:
            async for batch in turn.watch():
                for tagged in batch:
                    _remark(tagged.event)
                if not arguments.json:
                    write("".join(tagged.event.text for tagged in batch if isinstance(tagged.event, Text)))
        except (asyncio.CancelledError, BrokenPipeError):
            turn.stop()
            await turn.wait()
            raise
        await session.budgets.conclude(chat, turn.reply)
        return _end(arguments, chat, turn.reply, parts)
    except OverBudgetError as error:
        return fail(f"{error} Nothing was sent. To send it all the same: --over-budget.")
    except RefusedError as error:
        return fail(str(error))
    except asyncio.CancelledError:
        is_kept = arguments.save and chat.saving.fault is None  # else the farewell says where it is
        say("Stopped; what had arrived is kept." if is_kept else "Stopped.")
        return INTERRUPTED
    finally:
        await session.close()
        for sentence in session.saver.farewell:
            say_whole(sentence)


def _remark(event: Event) -> None:
    """Say on standard error what isn't part of the answer: a new attempt, what wasn't sent, who served unasked."""
    from chat_tui.conversation.events import Finished, Retrying, Started

    match event:
        case Retrying(attempt, number, wait=wait):
            code = f" ({one_line(attempt.code)})" if attempt.code else ""
            say(f"Attempt {number} failed{code}; the next one comes in {wait:.1f} s.")
        case Started(left_out=names) if names:
            say(f"Not sent, for this server has no place for it: {', '.join(names)}.")
        case Finished(final) if final.receipt is not None and final.receipt.violation:
            say(one_line(final.receipt.violation))
        case _:
            pass


def _end(arguments: argparse.Namespace, chat: Chat, reply: Message, parts: Sequence[FilePart | LinkPart]) -> int:
    """Print what comes after the answer and return the exit code."""
    if arguments.json:
        write_json(_as_json(chat, reply, parts, saved=arguments.save and chat.saving.fault is None))
    else:
        if reply.text and not reply.text.endswith("\n"):
            write("\n")
        say_files(chat, reply, kept=arguments.save)
    if reply.status == "complete":
        return 0
    return fail(reply.failure.sentence if reply.failure else "The reply was stopped before its end.")


def _as_json(chat: Chat, reply: Message, parts: Sequence[FilePart | LinkPart], *, saved: bool) -> dict[str, Any]:
    from chat_tui.conversation.values import Receipt

    receipt = reply.receipt or Receipt()
    usage = receipt.usage
    return {
        "schema": 1,
        "conversation": chat.id if saved else None,
        "status": reply.status,
        "requested_model": reply.model,
        "model": receipt.model,
        "provider": receipt.provider,
        "fallback": receipt.fallback or None,
        "violation": receipt.violation or None,
        "generation": receipt.generation,
        "attached": [as_json(part) for part in parts],
        "text": reply.text,
        "files": [as_json(part, path if saved else None) for part, path in kept_files(chat, reply)],
        "citations": [{"url": source.url, "title": source.title} for source in reply.citations],
        "reasoning": reply.reasoning or None,
        "finish_reason": receipt.finish,
        "tokens": {
            "prompt": usage.prompt_tokens,
            "completion": usage.completion_tokens,
            "reasoning": usage.reasoning_tokens,
            "cached": usage.cached_tokens,
        },
        "cost": receipt.cost,
        "first_token_ms": receipt.first_token_ms,
        "total_ms": receipt.total_ms,
        "failed_attempts": [
            {"generation": attempt.generation, "provider": attempt.provider, "cost": attempt.cost}
            | {"code": attempt.code, "error": attempt.sentence}
            for attempt in receipt.attempts
        ],
        "error": reply.failure.sentence if reply.failure else None,
        "error_code": reply.failure.code if reply.failure else None,
        "retry_after": reply.failure.retry_after if reply.failure else None,
    }
