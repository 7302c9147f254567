"""`chat-tui demo-server`: the emulator in the foreground, for any client of OpenRouter."""

import argparse
import sys

_DEFAULT_PORT = 8377


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--port",
        type=int,
        default=_DEFAULT_PORT,
        metavar="N",
        help="the port on 127.0.0.1 (default: %(default)s; 0 for any free one)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C.

    Returns:
        The exit code: 0 after Ctrl-C, 1 when the port can't be had.
    """
    from chat_tui.demo.server import DEMO_KEY, serve

    def announce(base_url: str) -> None:
        print(
            f"A simulated OpenRouter is at {base_url} (Ctrl-C stops it). To use it, set:\n\n"
            f"  export OPENROUTER_BASE_URL={base_url}\n"
            f"  export OPENROUTER_API_KEY={DEMO_KEY}\n",
            file=sys.stderr,
            flush=True,
        )

    try:
        serve(arguments.port, announce)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "there is no such port"
        print(
            f"chat-tui: Port {arguments.port} can't be used ({reason}); choose another one with --port.",
            file=sys.stderr,
        )
        return 1
    return 0
