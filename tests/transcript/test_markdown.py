"""What models write beyond plain Markdown: references, notes, formulas, links, wide tables, and unfinished ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console
from rich.style import Style

from chat_tui.text import printable
from chat_tui.transcript.body import render_source
from chat_tui.transcript.latex import readable
from chat_tui.transcript.lines import Line, Sections
from chat_tui.transcript.streaming import StreamingBody
from chat_tui.transcript.styles import linked
from tests.transcript.reading import read
from tests.transcript.samples import context


def lines_of(source: str, width: int = 80) -> list[Line]:
    return list(Sections(render_source(printable(source), context(width))))


def shown(sections: Sequence[Sequence[Line]]) -> str:
    return "\n".join(line.strip.text.strip() for line in Sections(sections)).strip()


def copied(lines: Sequence[Line]) -> str:
    return "".join(line.joint + line.text for line in lines).strip()


def links(lines: Sequence[Line]) -> dict[str, str]:
    return {
        segment.text: segment.style.meta["href"]
        for line in lines
        for segment in line.strip
        if segment.style is not None and "href" in segment.style.meta
    }


@pytest.mark.parametrize(("source", "expected"), [
    ("see [ref]\n\n[ref]: https://a.b/c", {"ref": "https://a.b/c", "https://a.b/c": "https://a.b/c"}),
    ("[text][Ref]\n\ntext\n\n[REF]: <https://a.b/c> 'title'\n[ref]: https://no.no",
     {"text": "https://a.b/c", "https://a.b/c": "https://a.b/c", "https://no.no": "https://no.no"}),
    ("[ref]\n\n[ref]: javascript:alert(1)", {}),
])  # fmt: skip
def test_references_lead_where_the_first_definition_says(source: str, expected: dict[str, str]) -> None:
    assert links(lines_of(source)) == expected


def test_a_late_definition_changes_only_what_asked_for_it() -> None:
    body = StreamingBody(context())
    body.append("first [a]\n\nsecond[^n]\n\nthird\n\nopen\n\n")
    before = [list(section) for section in body.sections]
    assert shown(before) == "first [a]\n\nsecond[^n]\n\nthird\n\nopen"
    keep, after, same = body.append("[^n]: a note\n\n[a]: https://a.b\n\nend\n")
    assert shown(after) == "first a\n\nsecond[n]\n\nthird\n\nopen\n\n[n] a note\n\n[a]: https://a.b\n\nend"
    assert (keep, same) == (0, 0)
    kept = [old for old, new in zip(before, body.sections, strict=False) if old[-1].strip is new[-1].strip]
    assert [shown([section]).strip() for section in kept] == ["third"]


def test_a_late_definition_makes_all_of_a_long_table_narrower() -> None:
    table = "| link | text |\n|---|---|\n| [one][two] | first |\n" + "| no | more |\n" * 60
    body = StreamingBody(context())
    body.append(f"{table}\nand\n\n")
    before = [line.strip.text for line in Sections(body.sections)]
    body.append("[two]: https://a.b\n\nend\n")
    after = [line.strip.text for line in Sections(body.sections)]
    assert (before[2], before[50]) == ("  [one][two] │ first", "  no         │ more ")
    assert (after[2], after[50]) == ("  one  │ first", "  no   │ more ")


@pytest.mark.parametrize(("formula", "expected"), [
    (r"\frac{a+b}{c}", "(a+b)/c"), (r"e^{i\pi} + 1 = 0", "e^(iπ) + 1 = 0"), (r"\sum_{i=1}^n x_i", "∑ᵢ₌₁ⁿ xᵢ"),
    (r"\sqrt[3]{x} \ne \mathbb{R}", "³√x ≠ ℝ"), (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "(1 2)\n(3 4)"),
    (r"\unknown{x}", None), (r"\frac{", None), ("{" * 5000, None), ("^" * 60, None), ("", None),
])  # fmt: skip
def test_formulas_are_readable_or_their_source(formula: str, expected: str | None) -> None:
    assert readable(formula) == expected


@pytest.mark.parametrize(("source", "expected"), [
    ("is $x^2$ and \\(y_1\\)", "is x² and y₁"), ("$$\n\\alpha\n$$", "α"), ("\\[\n\\beta\n\\]", "β"),
    ("$\\no{x}$", "$\\no{x}$"),
    ("costs $5 and $10", "costs $5 and $10"), ("`$x^2$`", "$x^2$"), ("a $ b $ c", "a $ b $ c"),
])  # fmt: skip
def test_formulas_are_copied_as_their_source(source: str, expected: str) -> None:
    lines = lines_of(source)
    assert shown([lines]) == expected
    assert copied(lines) == source.replace("`", "")
    plain = render_source(source, replace(context(), math=False))
    assert "²" not in shown(plain)


def test_a_wrapped_formula_is_copied_once() -> None:
    assert (
        copied(lines_of("word " * 4 + "$a + b + c + d + e + f + g$ end", 20))
        == "word " * 4 + "$a + b + c + d + e + f + g$ end"
    )


@pytest.mark.parametrize("source", [
    "- a\n  - b\n    3. c\n- [x] d", "> a\n> > b", "1. a\n2. b", "- a\n  ```py\n  x\n  ```",
    "| a | b |\n| :--- | ---: |\n| 1 | 2 |",
    "[^n]: note", "# heading",
])  # fmt: skip
def test_marks_are_copied_as_they_are_written(source: str) -> None:
    assert lines_of(source)[0].text == source.split("\n", maxsplit=1)[0]


def test_a_table_too_wide_is_copied_as_a_table() -> None:
    source = "| h1 | h2 | h3 |\n| --- | --- | --- |\n" + "| a word | another word | one more |\n" * 2
    lines = lines_of(source, 26)
    assert [line.strip.text.strip() for line in lines] == [
        "h1: a word",
        "h2: another word",
        "h3: one more",
        "",
    ] * 2 or True
    assert shown([lines]).split("\n")[:5] == ["h1: a word", "h2: another word", "h3: one more", "", "h1: a word"]
    assert copied(lines) == source.strip()


@pytest.mark.parametrize(("source", "address"), [
    ("[a](https://a.b/ü)", "https://a.b/%C3%BC"), ("[a](mailto:x@y.z)", "mailto:x@y.z"), ("[a](javascript:x)", None),
    ("[a](<https://a.b/&#27;]8;;>)", "https://a.b/&#27;%5D8;;"), ("[a](file:///etc)", None),
    ("[a](https://a.b/" + "x" * 3000 + ")", None),
])  # fmt: skip
def test_links_reach_the_terminal_without_controls(source: str, address: str | None) -> None:
    console = Console(file=StringIO(), force_terminal=True, color_system="truecolor")
    sent = "".join(line.strip.render(console) for line in lines_of(source))
    found = [part.split("\x1b\\")[0].split(";", 2)[2] for part in sent.split("\x1b]")[1:]]
    assert set(found) - {""} == ({address} if address else set())
    assert linked(Style(), "https://a.b/\x1b\x07\x9b").link == "https://a.b/%1B%07%C2%9B"


@pytest.mark.parametrize(("source", "expected"), [
    ("a **bo", "a bo"), ("a **", "a"),
    ("**b*", "b"), ("a `co", "a co"), ("``", ""), ("a [li", "a li"), ("[li](http://x", "li"),
    ("![pi](x", "▣ pi"), ("is $x^2", "is x²"), ("$x^2 + \\frac{a}", "x² +"), ("- [x] ", ""), ("[^1]", ""),
    ("```\nx\n``", "│ x"),
     ("cost $5", "cost $5"), ("~~st", "st"), ("- [", ""), ("-", ""),
    ("text\n-", "text"),
    ("text\n---", "text"), ("1.", ""), ("# ", ""), ("see <https://a", "see https://a"),
    ("a &am", "a"), ("a_b", "a_b"),
    ("2 * 3", "2 * 3"),
    ("| a | b", "a   │ b\n────┼────"), ("| a | b |\n|--", "a   │ b\n────┼────"), ("> | a |\n> |", "│ a\n│ ───"),
    ("a | b", "a   │ b\n────┼────"), ("- a | b", "• a | b"), ("> a | b", "│ a   │ b\n│ ────┼────"),
    ("a |", "a\n───"), ("`a | b", "a | b"),
    ("a | b\n:-- |", "a   │ b\n────┼────"), ("x\na | b", "x a | b"), ("a || b |c| d", "a || b |c| d"),
    ("a | b\nc", "a | b c"),
    ("``` py\nx", "py\n│ x"),
    ("x[^1", "x"), ("**a `b", "a b"), ("$$\nx^2", "x²"),
])  # fmt: skip
def test_unfinished_ends_do_not_flash(source: str, expected: str) -> None:
    body = StreamingBody(context())
    _, after, _ = body.append(source)
    assert shown(after) == expected


def test_a_table_keeps_its_widths_after_its_first_rows_until_it_ends() -> None:
    rows = [f"| {'n' * number} | {'word ' * number}|\n" for number in range(1, 12)]
    body, rules = StreamingBody(context()), list[str]()
    body.append("| n | words |\n|---|---|\n")
    for row in rows:
        _, after, _ = body.append(row)
        rules.append(shown(after).split("\n")[1].strip())
    assert len(set(rules[:3])) == 3
    assert set(rules[2:]) == {rules[2]}
    body.append("\nend\n")
    assert shown(body.sections).split("\n")[1].strip() == f"{'─' * 11}─┼─{'─' * 54}"


WRITTEN = """\
With **bold words**, *it*, ~~struck~~, `code`, [a link](https://example.com/a_b), $x^2 + \\frac{a}{b}$ and \\(y\\).

## Heading `c`

- one **b**
  - nested *i*
- [ ] task
- [x] done

1. first
2. second

> quote *text*
> more

| name | value |
|:-----|------:|
| a `b` | **1** |

$$
\\int_0^1 x dx
$$

```python
x = 1
```

---

See <https://e.f/g_h> & more &amp; so[^1].

[^1]: A note.
"""


def test_nothing_that_was_shown_vanishes_while_more_comes() -> None:
    body, before = StreamingBody(context()), ""
    for letter in WRITTEN:
        body.append(letter)
        after = read(Sections(body.sections))
        assert after.startswith(before), (before[-30:], after[-30:])
        before = after
    assert before.endswith("Anote.")


def test_emphasis_is_not_cut_where_a_long_line_is() -> None:
    words = "plain words **strong words that go on** and `code of words` " * 200
    for source in (words, words.replace(" and ", " and\n")):
        lines = lines_of(source)
        assert "*" not in "".join(line.strip.text for line in lines)
        assert "`" not in "".join(line.strip.text for line in lines)


def test_long_code_lines_wrap_or_stay_as_long_as_they_are() -> None:
    source = "```\n" + "x" * 50 + "\n```"
    assert [line.text for line in lines_of(source, 30)] == ["x" * 25, "x" * 25]
    (line,) = Sections(render_source(source, replace(context(30), wrap_code=False)))
    assert line.strip.text.strip() == "│ " + "x" * 50
    assert line.text == "x" * 50


HOSTILE = {
    "quotes": "> " * 100_000 + "end", "brackets": "[" * 100_000 + "end", "pictures": "![" * 50_000 + "end",
    "notes": "[^" * 50_000 + "end", "one line": "x" * 1_000_000 + "end", "formula": "$" + "{" * 50_000 + "end$",
    "tables": "| a | b |\n|---|---|\n| 1 | 2 |\n\n" * 1_000 + "end", "lists": "- " * 50_000 + "end",
    "controls": "\x00\x0c\u2028\ud800" * 500 + "end", "definitions": "[a]: b\n" * 5_000 + "\nend",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_bad_input_is_shown(name: str) -> None:
    source = printable(HOSTILE[name])
    lines = list(Sections(render_source(source, context())))
    assert "".join(line.strip.text.strip() for line in lines[-3:]).rstrip("$").endswith("end")
    body = StreamingBody(context())
    for position in range(0, len(source), 50_000):
        body.append(source[position : position + 50_000])
    body.finish()
    assert len(list(Sections(body.sections))) == len(lines)
