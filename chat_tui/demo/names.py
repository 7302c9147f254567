"""The grammar of a model's name in a request: variants, aliases, routers and presets."""

from dataclasses import dataclass

from chat_tui.demo.catalogue import AUTO_ROUTER, Model, models, routed

_VARIANTS = frozenset({"free", "nitro", "floor", "online", "exacto", "thinking", "extended"})
_ROUTERS = frozenset(
    {
        AUTO_ROUTER,
        *("openrouter/auto-beta", "openrouter/free", "openrouter/bodybuilder", "openrouter/pareto-code"),
        "openrouter/fusion",
    }
)
_FREE = "openai/gpt-oss-120b:free"

# The newest of a family, under a name that stays.
ALIASES = {
    "~anthropic/claude-opus-latest": "anthropic/claude-opus-4.7",
    "~anthropic/claude-sonnet-latest": "anthropic/claude-sonnet-4.6",
    "~anthropic/claude-haiku-latest": "anthropic/claude-haiku-4.5",
    "~openai/gpt-latest": "openai/gpt-5.5",
    "~openai/gpt-mini-latest": "openai/gpt-5.4-mini",
    "~google/gemini-pro-latest": "google/gemini-3.1-pro-preview",
    "~google/gemini-flash-latest": "google/gemini-2.5-flash",
    "~moonshotai/kimi-latest": "moonshotai/kimi-k2.6",
}


@dataclass(frozen=True, slots=True)
class Named:
    """The model that a name means.

    Args:
        model: The model.
        strategy: How the name led to it: OpenRouter's word.
        router: The router that chose it, or None.
        variants: The variants that change how it is served.
        is_missing: Whether the name is right, but nobody offers that variant.
    """

    model: Model
    strategy: str = "direct"
    router: str | None = None
    variants: frozenset[str] = frozenset()
    is_missing: bool = False

    @property
    def sort(self) -> str | None:
        """The order of providers that the variants ask for."""
        orders = {"nitro": "throughput", "floor": "price", "exacto": "exacto"}
        return next((order for variant, order in orders.items() if variant in self.variants), None)


def named(name: str, digest: int) -> Named | None:
    """Find the model that a request names; presets are resolved before.

    Args:
        name: The model of the request.
        digest: The same whenever the same messages are sent; it decides for routers.

    Returns:
        The model, or None when there is none of that name.
    """
    base, *variants = name.split(":")
    if not _VARIANTS.issuperset(variants):
        return _exactly(name)
    asked = frozenset(variants)
    if base in _ROUTERS:
        chosen = models()[_FREE] if base == "openrouter/free" else routed(digest)
        strategy = {"openrouter/free": "free", "openrouter/pareto-code": "pareto"}.get(base, base.partition("/")[2])
        return Named(chosen, "auto" if strategy == "auto-beta" else strategy, base, asked)
    if base in ALIASES:
        return Named(models()[ALIASES[base]], "latest", None, asked)
    for suffix in ("free", "thinking"):  # the variants that are models of their own
        own = models().get(f"{base}:{suffix}")
        if own is not None and suffix in asked:
            return Named(own, variants=asked - {suffix})
    model = models().get(base)
    if model is None:
        return None
    return Named(model, variants=asked, is_missing="free" in asked)


def _exactly(name: str) -> Named | None:
    model = models().get(name)
    return None if model is None else Named(model)


def preset_of(name: str) -> tuple[str, str | None]:
    """Split `author/slug@preset/name` or `@preset/name` into the model, which may be empty, and the preset."""
    model, marker, preset = name.partition("@preset/")
    return (model, preset) if marker else (name, None)
