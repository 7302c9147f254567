"""`python -m tests.bench [--quick] [NAME]...`: runs every bench module beside this one and prints a table."""

from __future__ import annotations

import argparse
import compileall
import importlib
import os
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path

import chat_tui
import tests.bench
from tests.bench.row import Row


def benches(names: list[str]) -> list[tuple[str, Callable[[bool], list[Row]]]]:
    """Return each module here that has a `run(quick)`, or those among `names`."""
    found: list[tuple[str, Callable[[bool], list[Row]]]] = []
    for module in sorted(info.name for info in pkgutil.iter_modules(tests.bench.__path__)):
        if module.startswith("__") or (names and module not in names):
            continue
        run = getattr(importlib.import_module(f"tests.bench.{module}"), "run", None)
        if run is not None:
            found.append((module, run))
    return found


def main() -> int:
    """Measure, print, and return 1 when a promise was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the promises about speed.")
    parser.add_argument("--quick", action="store_true", help="fewer runs: to see that it works, not to decide by")
    parser.add_argument("names", nargs="*", metavar="NAME", help="benches to run; all without one")
    arguments = parser.parse_args()
    # Installed programs have their bytecode, as Textual has it here: without ours, its making would be measured too.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(Path(chat_tui.__file__).parent, quiet=2)
    missed = False
    for name, run in benches(arguments.names):
        print(f"{name}\n", flush=True)
        for row in run(arguments.quick):
            missed = missed or not row.ok
            print(f"  {'ok    ' if row.ok else 'MISSED'}  {row.name:<58} {row.promise:>10}   {row.figure}", flush=True)
        print()
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
