"""Who serves a model: one provider's offer of it, as values (OpenAPI PublicEndpoint)."""

from __future__ import annotations

from dataclasses import dataclass

from chat_tui.models.entry import Prices


@dataclass(frozen=True, slots=True)
class Spread:
    """How a measure is spread over the requests of the last half hour; None: not told."""

    p50: float | None = None
    p75: float | None = None
    p90: float | None = None
    p99: float | None = None

    def told(self) -> list[tuple[str, float]]:
        """Return the percentiles that are told, by name."""
        named = (("p50", self.p50), ("p75", self.p75), ("p90", self.p90), ("p99", self.p99))
        return [(name, value) for name, value in named if value is not None]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is said about data; None or empty: not told."""

    zdr: bool | None = None
    """Whether nothing is kept at all (the endpoint is in `/endpoints/zdr`)."""
    privacy_url: str = ""
    terms_url: str = ""
    status_url: str = ""
    headquarters: str = ""
    """A country (ISO 3166)."""
    datacenters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EndpointEntry:
    """One provider's offer of one model; None where the server says nothing."""

    tag: str
    """What rules about providers name it by: the provider's slug, often with a region or a kind behind a slash."""
    provider: str
    """The display name, as replies report it."""
    prices: Prices
    quantization: str = ""
    """The precision of the weights, such as `fp8`; empty when not told or not known."""
    context: int | None = None
    """Tokens."""
    max_output: int | None = None
    """Tokens."""
    max_prompt: int | None = None
    """Tokens."""
    uptime_5m: float | None = None
    """Percent."""
    uptime_30m: float | None = None
    """Percent."""
    uptime_1d: float | None = None
    """Percent."""
    latency: Spread = Spread()
    """Milliseconds to the first token."""
    throughput: Spread = Spread()
    """Tokens per second."""
    status: int | None = None
    """0 when all is well, below that when it isn't."""
    parameters: tuple[str, ...] = ()
    caches: bool | None = None
    """Whether prompts are cached without being asked."""
    service_tier: str = ""
    policy: Policy = Policy()

    @property
    def slug(self) -> str:
        """The provider's own slug, which means all of its endpoints."""
        return self.tag.partition("/")[0]

    @property
    def is_degraded(self) -> bool:
        """Whether the server says that all isn't well."""
        return self.status is not None and self.status < 0

    @property
    def status_words(self) -> str:
        """How it is, in a word; the server's number with it when all isn't well."""
        if self.status is None:
            return ""
        return f"degraded ({self.status})" if self.is_degraded else "ok"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Everyone who serves a model."""

    model: str
    """The id that was asked for."""
    entries: tuple[EndpointEntry, ...] = ()

    @property
    def tells_speed(self) -> bool:
        """Whether latency or throughput is told of anyone; servers tell it only to a key."""
        return any(entry.latency.told() or entry.throughput.told() for entry in self.entries)
