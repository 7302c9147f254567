"""CommonMark's examples through the transcript: `python -m tests.commonmark SPEC`, the specification's JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from chat_tui.text import printable
from chat_tui.transcript.body import render_source
from chat_tui.transcript.lines import Sections
from tests.transcript.reading import difference
from tests.transcript.samples import context

WIDTHS = (20, 80, 200)


def problem(source: str) -> str:
    """Return why `source` isn't shown as it should be, empty when it is."""
    for width in WIDTHS:
        looks = replace(context(width), math=False)
        found = difference(source, Sections(render_source(printable(source), looks)))
        if found:
            return f"at width {width}: {found}"
    return ""


def main(path: str) -> int:
    """Report how many of the examples pass, and why each of the others doesn't."""
    examples = json.loads(Path(path).read_text(encoding="utf-8"))
    passed: Counter[str] = Counter()
    for example in examples:
        reason = problem(example["markdown"])
        passed[example["section"]] += not reason
        if reason:
            print(f"{example['example']} ({example['section']}): {reason}")
    print(f"{passed.total()} of {len(examples)} examples pass at widths {', '.join(map(str, WIDTHS))}")
    return passed.total() != len(examples)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tests.commonmark SPEC, the path of CommonMark's spec.json")
    raise SystemExit(main(sys.argv[1]))
