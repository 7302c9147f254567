"""Random documents for Hypothesis: Markdown's constructs put into each other, and random text made of its marks."""

from __future__ import annotations

from hypothesis import strategies as st

_WORDS = st.sampled_from((
    "word", "a", "two words", "日本語", "🎉",
    "\U0001f469\u200d\U0001f467", "é", "שלום", "مرحبا", "x_y", "2*3", "C:\\", "&amp;", "&copy",
    "https://a.b/c_d", "<https://e.f>", "\u00a0", "\u2028", "\x00", "\x1b[2J", "\ud800", "\x0c", "\u202e", "1.", "-",
    "#", "$5", "`", "|", "wordwordword" * 4,
))  # fmt: skip


def _wrapped(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    marks = st.sampled_from((
        "**{}**", "*{}*", "_{}_", "~~{}~~", "`{}`", "[{}](https://x.y 'title')", "[{}]", "[{}][a]", "![{}](z.png)",
        "{}[^n]",
        "\\*{}", "**{}", "[{}](", "{} ", "<b>{}</b>", "${}$", "\\({}\\)", "[{}](javascript:x)",
    ))  # fmt: skip
    return st.builds(str.format, marks, inside)


INLINE = st.recursive(
    _WORDS,
    lambda inside: st.lists(inside | _wrapped(inside), min_size=1, max_size=4).map(" ".join),
    max_leaves=8,
)
_LINE = st.lists(INLINE, min_size=1, max_size=3).map(" ".join)
_ROW = st.lists(INLINE.map(lambda text: text.replace("\n", " ")), min_size=1, max_size=9)
_LEAF = st.one_of(
    st.lists(_LINE, min_size=1, max_size=4).map("\n".join),
    st.builds("{} {}".format, st.sampled_from(("#", "###", "-", "1.", "3)", "- [ ]", "* [x]", ">", "    ")), _LINE),
    st.builds("{}\n{}".format, _LINE, st.sampled_from(("===", "---", "- - -", "***"))),
    st.builds("{0}{1}\n{2}\n{0}".format, st.sampled_from(("```", "~~~", "  ````")), st.sampled_from(("", "py", "no")),
              st.lists(_LINE, max_size=4).map("\n\n".join)),
    st.builds("```\n{}".format, _LINE),
    st.lists(_ROW, min_size=1, max_size=5).map(
        lambda rows: "\n".join([" | ".join(rows[0]), "|".join([":-:"] * len(rows[0])), *map(" | ".join, rows[1:])])
    ),
    st.builds("[{}]: <{}> \"{}\"".format, st.sampled_from(("a", "word", "^n")), _LINE, _LINE),
    st.builds("$$\n{}\n$$".format, _LINE),
)  # fmt: skip


def _indented(block: str, first: str, rest: str) -> str:
    return "\n".join((rest if number else first) + line for number, line in enumerate(block.split("\n")))


_BLOCK = st.recursive(
    _LEAF,
    lambda inside: st.builds(
        lambda marks, blocks: "\n\n".join(_indented(block, *marks) for block in blocks),
        st.sampled_from((("> ", "> "), ("- ", "  "), ("10. ", "    "), ("> ", ""), ("  ", "  "))),
        st.lists(inside, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
STRUCTURED = st.lists(st.tuples(_BLOCK, st.sampled_from(("\n", "\n\n", "\n \n"))), max_size=6).map(
    lambda blocks: "".join(block + end for block, end in blocks)
)
NOISE = st.text(st.sampled_from("ab *_`~[]()!<>#-+=|:\\\n\n\t&;.1$^" + "日🎉\u0301"), max_size=80)
DOCUMENTS = STRUCTURED | NOISE
