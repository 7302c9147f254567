"""Who bills a reply in full although it was stopped, as OpenRouter documents it (Streaming: “Stream Cancellation”)."""

from __future__ import annotations

_STOPS = """
OpenAI, Azure, Anthropic, Fireworks, Mancer, Recursal, AnyScale, Lepton, OctoAI, Novita, DeepInfra, Together, Cohere,
Hyperbolic, Infermatic, Avian, xAI, Cloudflare, SFCompute, Nineteen, Liquid, Friendli, Chutes, DeepSeek
"""
_BILLS_ALL = """
Bedrock, Amazon Bedrock, Groq, Modal, Google, Google AI Studio, Minimax, HuggingFace, Replicate, Perplexity, Mistral,
AI21, Featherless, Lynn, Lambda, Reflection, SambaNova, Inflection, ZeroOneAI, AionLabs, Alibaba, Nebius, Kluster,
Targon, InferenceNet
"""


def bills_in_full(provider: str | None) -> bool | None:
    """Tell whether a provider bills the whole reply when it is stopped; None: the list doesn't name it.

    Args:
        provider: Its name as receipts have it; blanks and capitals don't matter.
    """
    name = _folded(provider or "")
    if name in _folded_names(_BILLS_ALL):
        return True
    return False if name in _folded_names(_STOPS) else None


def _folded_names(names: str) -> set[str]:
    return {_folded(name) for name in names.split(",")}


def _folded(name: str) -> str:
    return "".join(name.casefold().split())
