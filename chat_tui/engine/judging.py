"""Whether replies were served as they were asked for, with what the catalogue and the providers' list say."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from chat_tui.conversation.values import Receipt
from chat_tui.engine.catalogue import FRESH_SECONDS, Catalogue
from chat_tui.engine.endpoints import PATIENCE_SECONDS, Providers
from chat_tui.reply.proof import Facts, Verdict, decides_routing, is_doubtful, judged


def judge_of(
    body: Mapping[str, Any], catalogue: Catalogue, providers: Providers, *, at_openrouter: bool
) -> Callable[[Receipt], Coroutine[Any, Any, Verdict]]:
    """Return what judges the reply to a request; what it needs to know of providers is asked for while the reply comes.

    Args:
        body: The request.
        catalogue: Where models have their dated ids; asked anew only when a name is unlike the one that was asked for.
        providers: Where providers have their slugs.
        at_openrouter: Whether the host is OpenRouter's. Of another one, whose list nobody asked for yet, nothing is
            asked: few of them name a model as they list it.
    """
    needs_providers = decides_routing(body) and bool(body.get("provider"))
    if needs_providers:
        providers.prepare()

    async def judge(receipt: Receipt) -> Verdict:
        may_ask = at_openrouter or catalogue.listing.fetched is not None
        if may_ask and is_doubtful(body, receipt):
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await catalogue.refresh(older_than=FRESH_SECONDS)
        slugs = await providers.slugs() if needs_providers else {}
        return judged(body, receipt, Facts.of(catalogue.listing.index.entries, slugs))

    return judge
