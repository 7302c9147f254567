"""Reads JSON objects into models and never loses one to a field of the wrong type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PrivateAttr, ValidationError

from chat_tui.openrouter.exact_json import LARGEST_EXPONENT

T = TypeVar("T")

_COUNTLESS = 2**53  # from here on a float, which every share and speed is, no longer holds each whole number


def _nothing_as_empty(value: Any) -> Any:
    return () if value is None else value


def _joined_parts(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    texts = [part.get("text") for part in value if isinstance(part, dict)]
    return "".join(text for text in texts if isinstance(text, str))


def _imaginable(number: Decimal) -> Decimal:
    if number and abs(number.adjusted()) > LARGEST_EXPONENT:
        raise ValueError("no amount of money")
    return number


def _countable(number: int) -> int:
    if not 0 <= number < _COUNTLESS:
        raise ValueError("no number of things")
    return number


Many = Annotated[tuple[T, ...], BeforeValidator(_nothing_as_empty)]
"""A list that may be null or absent: both are empty."""

Text = Annotated[str, BeforeValidator(_joined_parts)]
"""Text, or a list of content parts of which the text is kept."""

Money = Annotated[Decimal, AfterValidator(_imaginable)]
"""US dollars, exactly as the JSON has them, be it a string or a number."""

Count = Annotated[int, AfterValidator(_countable)]
"""How many tokens or requests; a number that nothing has so many of isn't read."""


class Wire(BaseModel):
    """What the server sent: every field may be absent or null, and unknown ones are kept (`model_extra`)."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=(), allow_inf_nan=False)

    _raw: Mapping[str, Any] = PrivateAttr(default_factory=dict)

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Self:
        """Return `value` as a model; a field of the wrong type becomes its default, its neighbours stay.

        What the server really sent is `raw` of the model that was read (not of those inside it).
        """
        fitting: Any = value
        while True:
            try:
                model = cls.model_validate(fitting)
            except ValidationError as error:
                faults = error.errors(include_url=False, include_context=False, include_input=False)
                fitting = _without(fitting, [fault["loc"] for fault in faults])
            else:
                model.__pydantic_private__ = {"_raw": value}
                return model

    @property
    def raw(self) -> Mapping[str, Any]:
        """The JSON object as the server sent it; numbers with a fraction are `Decimal`."""
        return self._raw

    def as_sent(self) -> dict[str, Any]:
        """Return the fields that the server sent, unknown ones included: for sending them back."""
        return self.model_dump(exclude_unset=True)


def _without(value: Any, paths: Sequence[tuple[int | str, ...]]) -> Any:
    """Return `value` without what is at `paths`, in one pass; a path through something that has no parts empties it."""
    below: dict[int | str, list[tuple[int | str, ...]]] = {}
    for path in paths:
        if not path:
            return {}
        below.setdefault(path[0], []).append(path[1:])

    def kept(key: int | str) -> bool:
        return () not in below.get(key, ())

    if isinstance(value, Mapping):
        return {k: _without(v, below[k]) if k in below else v for k, v in value.items() if kept(k)}
    if isinstance(value, (list, tuple)):
        return [_without(v, below[i]) if i in below else v for i, v in enumerate(value) if kept(i)]
    return None
