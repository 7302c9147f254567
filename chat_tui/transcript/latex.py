"""Formulas as readable Unicode: LaTeX's commands as their signs, scripts raised and lowered where Unicode has them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

LONGEST: Final = 4_000
"""Characters of a formula that are worth reading."""
_DEEPEST: Final = 20
_RAISED: Final = str.maketrans(
    "0123456789+-=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθιφχ′−",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᶥᵠᵡ′⁻",
)
_LOWERED: Final = str.maketrans("0123456789+-=()aehijklmnoprstuvxβγρφχ−", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ₋")
_SIGNS: Final = {
    "ne": "≠", "neq": "≠", "iff": "⟺", "implies": "⟹", "to": "→", "gets": "←", "land": "∧", "lor": "∨", "lnot": "¬",
    "dots": "…", "ldots": "…", "cdots": "⋯", "quad": "  ", "qquad": "    ", ",": " ", ";": " ", ":": " ", "!": "",
    "left": "", "right": "", "big": "", "Big": "", "bigg": "", "Bigg": "", "bigl": "", "bigr": "", "displaystyle": "",
    "lvert": "|", "rvert": "|", "lVert": "‖", "rVert": "‖", "|": "‖", "middle": "", "limits": "", "nolimits": "",
}  # fmt: skip
_NAMES: Final = ("sin", "cos", "tan", "log", "ln", "exp", "lim", "max", "min", "sup", "inf", "det", "dim", "ker", "gcd",
                 "arg", "sec", "csc", "cot", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "Pr", "deg", "hom",
                 "limsup", "liminf", "bmod", "mod")  # fmt: skip
_BRACKETS: Final = {"pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|"), "cases": ("{ ", "")}
_AS_IT_IS: Final = ("text", "textbf", "textit", "textrm", "mathrm", "mathit", "mbox", "boxed")


class _UnknownError(ValueError):
    """A command that has no readable form."""


def _unknown(node: Any) -> str:
    raise _UnknownError(node.macroname)


def _grouped(text: str) -> str:
    """Return `text` in parentheses unless it is clearly one thing."""
    in_parentheses = text[:1] == "(" and text.find(")") == len(text) - 1
    return text if len(text) <= 1 or in_parentheses or text.removeprefix("√").isalnum() else f"({text})"


def _script(text: str, table: dict[int, int], mark: str) -> str:
    moved = text.replace(" ", "").translate(table)
    if moved and all(ord(letter) in table for letter in text.replace(" ", "")):
        return moved
    text = text.strip()
    return f"{mark}{text}" if len(text) <= 1 else f"{mark}({text})"


def _argument(node: Any, converter: Any, index: int = 0) -> str:
    arguments = [argument for argument in node.nodeargd.argnlist if argument is not None]
    return str(converter.nodelist_to_text([arguments[index]])).strip() if index < len(arguments) else ""


def _fraction(node: Any, l2tobj: Any) -> str:
    return f"{_grouped(_argument(node, l2tobj))}/{_grouped(_argument(node, l2tobj, 1))}"


def _root(node: Any, l2tobj: Any) -> str:
    *index, _ = [argument for argument in node.nodeargd.argnlist if argument is not None]
    degree = _script(_argument(node, l2tobj), _RAISED, "^") if index else ""
    return f"{degree}√{_grouped(_argument(node, l2tobj, len(index)))}"


def _binomial(node: Any, l2tobj: Any) -> str:
    return f"C({_argument(node, l2tobj)}, {_argument(node, l2tobj, 1)})"


def _name(node: Any, l2tobj: Any) -> str:
    return str(l2tobj.nodelist_to_text([node.nodeargd.argnlist[-1]]))


def _rows(node: Any, l2tobj: Any) -> str:
    """Return an environment's rows as lines, its cells apart."""
    opening, closing = _BRACKETS.get(node.environmentname, ("", ""))
    text = str(l2tobj.nodelist_to_text(node.nodelist))
    return "\n".join(f"{opening}{' '.join(line.split())}{closing}" for line in text.strip().split("\n"))


@lru_cache(1)
def _converter() -> tuple[Any, Any]:
    from pylatexenc import latex2text, latexwalker, macrospec

    signs = [latex2text.MacroTextSpec(name, sign) for name, sign in _SIGNS.items()]
    names = [latex2text.MacroTextSpec(name, name) for name in _NAMES]
    plain = [latex2text.MacroTextSpec(name, "%s") for name in _AS_IT_IS]
    built = [latex2text.MacroTextSpec(name, _fraction) for name in ("frac", "dfrac", "tfrac", "cfrac")]
    built += [latex2text.MacroTextSpec("sqrt", _root), latex2text.MacroTextSpec("binom", _binomial)]
    built.append(latex2text.MacroTextSpec("operatorname", _name))
    built += [latex2text.MacroTextSpec(latex, sign) for latex, sign in (("\\", "\n"), ("overline", "%s\u0305"))]
    scripts = [
        latex2text.SpecialsTextSpec("^", lambda node, l2tobj: _script(_argument(node, l2tobj), _RAISED, "^")),
        latex2text.SpecialsTextSpec("_", lambda node, l2tobj: _script(_argument(node, l2tobj), _LOWERED, "_")),
        latex2text.SpecialsTextSpec("&", " "),
    ]
    grids = [latex2text.EnvironmentTextSpec(name, _rows) for name in
             ("aligned", "align", "align*", "cases", "matrix", "pmatrix", "bmatrix", "vmatrix", "gathered", "gather",
              "gather*", "equation", "equation*", "split")]  # fmt: skip
    texts = latex2text.get_default_latex_context_db()
    texts.add_context_category("ours", macros=[*signs, *names, *plain, *built], specials=scripts, environments=grids,
                               prepend=True)  # fmt: skip
    texts.set_unknown_macro_spec(latex2text.MacroTextSpec("", _unknown))
    reading = latexwalker.get_default_latex_context_db()
    reading.add_context_category(
        "ours",
        macros=[macrospec.std_macro("binom", "{{"), macrospec.std_macro("operatorname", "*{")]
        + [macrospec.std_macro(name, "{{") for name in ("dfrac", "tfrac", "cfrac")]
        + [macrospec.std_macro(name, "{") for name in ("boxed", "mbox", "overline")],
        specials=[macrospec.std_specials("^"), macrospec.std_specials("_")],
        prepend=True,
    )
    for mark in "^_":
        reading.get_specials_spec(mark).args_parser = macrospec.MacroStandardArgsParser("{")

    class Spaced(latex2text.LatexNodes2Text):  # type: ignore[misc]
        """Keeps the space after a sign, which TeX drops and readers need."""

        def macro_node_to_text(self, node: Any) -> str:
            text = str(super().macro_node_to_text(node))
            arguments = node.nodeargd.argnlist if node.nodeargd else ()
            return f"{text} " if text.strip() and node.macro_post_space and not any(arguments) else text

    return Spaced(latex_context=texts, math_mode="text", strict_latex_spaces="macros"), reading


@lru_cache(1024)
def readable(formula: str) -> str | None:
    """Return `formula` (without the marks around it) for people; None when it can't be had."""
    if len(formula) > LONGEST or formula.count("{") > 40 * _DEEPEST or _depth(formula) > _DEEPEST:
        return None
    from pylatexenc.latexwalker import LatexWalker, LatexWalkerError

    converter, context = _converter()
    try:
        nodes, _, _ = LatexWalker(formula, latex_context=context, tolerant_parsing=False).get_latex_nodes()
        text = converter.nodelist_to_text(nodes)
    except (LatexWalkerError, ValueError, TypeError, IndexError, AttributeError, RecursionError):
        return None  # odd input ends in any of these inside the library
    return "\n".join(" ".join(line.split()) for line in str(text).strip().split("\n")) or None


def _depth(formula: str) -> int:
    depth = deepest = 0
    for letter in formula:
        depth += (letter in "{^_") - (letter == "}")
        deepest = max(deepest, depth)
    return max(deepest, formula.count("\\begin"), formula.count("\\left") // 2)
