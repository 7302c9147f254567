"""Settings as slash commands: which one a word means, and what can be typed after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chat_tui.config.problems import ConfigError, nearest
from chat_tui.config.schema import ALIASES, ORIGIN, SETTINGS, Setting

BY_SHORT = {setting.short: setting for setting in SETTINGS.values() if setting.short}
"""The settings that have a slash command of their own, by its name."""

SETTABLE = {name: one for name, one in SETTINGS.items() if name not in ALIASES and ORIGIN not in name}
"""The settings that can be set one by one: not the other names of some, not the servers' tables."""

_MOST_NAMED = 3
_MOST_LISTED = 40
"""More names than these are completed table by table: `provider.`, then what is in it."""

VERBS = {
    "set": ("NAME VALUE", "Set any setting for this chat, by its name"),
    "unset": ("NAME", "Send nothing for a setting in this chat, whatever the defaults say"),
    "reset": ("[NAME]", "Take back what this chat says of a setting; of all, without a name"),
    "default": ("NAME VALUE", "Set a setting for all chats, in config.toml; “unset” takes it out"),
    "aspect": ("[RATIO|off]", "Ask for pictures of this shape, such as 16:9, from models that make some"),
    "preset": (
        "[NAME]",
        "Use a preset: NAME is a file of yours, @SLUG one of your OpenRouter account, none leaves it; "
        "save NAME, replace NAME, rename NAME to NAME and delete NAME do as they say",
    ),
}
"""Commands for all settings: what comes after them, and what they do."""

ASPECTS = {
    "1:1": "1024×1024",
    "2:3": "832×1248",
    "3:2": "1248×832",
    "3:4": "864×1184",
    "4:3": "1184×864",
    "4:5": "896×1152",
    "5:4": "1152×896",
    "9:16": "768×1344",
    "16:9": "1344×768",
    "21:9": "1536×672",
}
"""The shapes of pictures that models make, width to height, and the pixels of one (wire: `image_config`)."""

PRESET_VERBS = {
    "save": "Make a preset of this chat's settings: save NAME, or save @SLUG for your OpenRouter account",
    "replace": "Write this chat's settings over a preset: replace NAME",
    "rename": "Give a preset another name: rename NAME to NAME",
    "delete": "Delete a preset: delete NAME",
    "none": "Use no preset in this chat any more",
}
"""What `/preset` does beside using one."""

_OF_PRESETS = ("replace", "rename", "delete")
"""Those of it that begin with the name of a preset that is there."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What could be typed: the whole text after the slash, what may follow it, and what it does."""

    text: str
    help: str
    argument: str = ""
    is_free: bool = False
    """Whether what is typed may stay as it is: names that aren't known here can be right, too."""


def is_command(word: str) -> bool:
    """Tell whether `/word` shows or changes settings."""
    if word in VERBS or "." in word:
        return True  # a name with a fault in it, too: whoever looks for it says which is near
    ends = f".{word.lower().replace('-', '_')}"
    return word.lower().replace("_", "-") in BY_SHORT or word in SETTABLE or any(one.endswith(ends) for one in SETTABLE)


def other_command(word: str) -> str:
    """Return where to set what is named as the action `word` is, as a sentence; empty when no setting is."""
    setting = SETTABLE.get(word)
    return f"The setting “{setting.title}” is /{setting.short}." if setting is not None and setting.short else ""


def find(word: str) -> Setting:
    """Return the setting that `word` means: a short name, a dotted name, or the end of one that only one has.

    Raises:
        ConfigError: when there is none, or several; it names the nearest.
    """
    wanted = word.strip().lower()
    name = ALIASES.get(wanted, wanted)
    if setting := BY_SHORT.get(wanted.replace("_", "-")) or SETTABLE.get(name):
        return setting
    ends = [one for one in SETTABLE.values() if one.name.endswith(f".{wanted.replace('-', '_')}")]
    if len(ends) == 1:
        return ends[0]
    if ends:
        some = " or ".join(one.name for one in ends[:_MOST_NAMED]) + (", among others" * (len(ends) > _MOST_NAMED))
        raise ConfigError(f"“{word}” could be {some}. Write more of the name.")
    raise ConfigError(f"There is no setting “{word}”.{nearest(wanted, [*BY_SHORT, *SETTABLE])}")


def suggestions(typed: str, names: Callable[[str], Sequence[str]] = lambda _: ()) -> list[Suggestion]:
    """Return how `typed`, the text after the slash, may go on: names of settings, then their values.

    Args:
        typed: What is typed.
        names: Returns what is known that the setting of a dotted name may hold; `local_preset`: the presets' names.
    """
    word, space, argument = typed.partition(" ")
    if not space:
        begun = word.lower()
        verbs = [Suggestion(verb, help, after) for verb, (after, help) in VERBS.items() if verb.startswith(begun)]
        shorts = [Suggestion(one.short, one.help, "VALUE") for one in BY_SHORT.values() if one.short.startswith(begun)]
        return verbs + (shorts if begun else [])
    prefix, rest = f"{word} ", argument.lstrip()
    if word == "aspect":
        shapes = {**{ratio: f"{pixels} pixels" for ratio, pixels in ASPECTS.items()}, "off": "As the model likes"}
        return [Suggestion(f"aspect {one}", help) for one, help in shapes.items() if one.startswith(rest)]
    if word == "preset":
        return _presets(rest, [*names("local_preset"), *(f"@{slug}" for slug in names("preset"))])
    if word in ("set", "unset", "reset", "default"):
        name, inner, value = rest.partition(" ")
        if not inner:
            return _names(prefix, name)
        prefix, rest = f"{prefix}{name} ", value.lstrip()
        word = name
    try:
        setting = find(word)
    except ConfigError:
        return []
    return _values(prefix, setting, rest, names(setting.name))


def _presets(typed: str, names: Sequence[str]) -> list[Suggestion]:
    verb, space, begun = typed.partition(" ")
    is_verb = bool(space) and verb in PRESET_VERBS
    begun = (begun if is_verb else typed).lower()
    named = [name for name in names if name.lower().startswith(begun)]
    if is_verb:
        existing = [name for name in named if not name.startswith("@")] if verb in _OF_PRESETS else []
        return [Suggestion(f"preset {verb} {name}", PRESET_VERBS[verb]) for name in existing]
    verbs = [Suggestion(f"preset {word}", help) for word, help in PRESET_VERBS.items() if word.startswith(begun)]
    return [*(Suggestion(f"preset {name}", "Use this preset in this chat") for name in named), *verbs]


def _names(prefix: str, typed: str) -> list[Suggestion]:
    wanted = typed.lower()
    found = [one for one in SETTABLE.values() if one.name.startswith(wanted) or (one.short or "\0").startswith(wanted)]
    found = found or [one for one in SETTABLE.values() if wanted in one.name]
    if len(found) <= _MOST_LISTED:
        return [Suggestion(f"{prefix}{one.name}", one.help) for one in found]
    tables: dict[str, list[Setting]] = {}
    for one in found:
        begun = wanted if one.name.startswith(wanted) else ""
        head, dot, _ = one.name.removeprefix(begun).partition(".")
        tables.setdefault(f"{begun}{head}{dot}", []).append(one)
    return [
        Suggestion(prefix + name, f"{len(inner)} settings" if name.endswith(".") else inner[0].help)
        for name, inner in tables.items()
    ]


def _values(prefix: str, setting: Setting, typed: str, names: Sequence[str]) -> list[Suggestion]:
    """Return the values that can be listed, or else what may be typed, as one that changes nothing."""
    choices = choices_of(setting)
    before, comma, last = typed.rpartition(",")
    kept = f"{before}{comma} " if comma and list in setting.kinds else ""
    begun = (last if kept else typed).strip()
    if not choices and not names:
        return [Suggestion(f"{prefix}{typed}", f"{setting.title}: {setting.range}. {setting.help}")]
    words = fitting(begun, choices or [name for name in names if name not in before.replace(",", " ").split()])
    offered = words[:_MOST_LISTED] if choices or words != [begun] else []
    return [Suggestion(f"{prefix}{kept}{word}", setting.help, is_free=not choices) for word in offered]


def fitting(begun: str, words: Sequence[str]) -> list[str]:
    """Return those of `words` that begin with what is typed; when none does, those that have it inside."""
    begun = begun.lower()
    return [word for word in words if word.lower().startswith(begun)] or [
        word for word in words if begun in word.lower()
    ]


def choices_of(setting: Setting) -> tuple[str, ...]:
    """Return the words that a setting, or each item of it, may be; none where it may be anything."""
    if bool in setting.kinds:
        return ("on", "off")
    return setting.choices or (setting.item.choices if setting.item is not None else ())
