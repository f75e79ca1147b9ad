"""Readers of the values of knobs: each takes what a preset may say, or tells why not. Pure.

A reader is a value that says of itself what it takes, so that a page can ask for it (`asking`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Generic, TypeVar

T = TypeVar("T")


class Bad(Exception):
    """The value cannot be used; the text says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Whole:
    """Whole numbers from `low` to `high`."""

    low: int
    high: int

    def __call__(self, value: object) -> int:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or not self.low <= value <= self.high:  # type: ignore[operator] # a number
            raise Bad(f"“{value}” không phải số nguyên từ {self.low} đến {self.high}")
        return value  # type: ignore[return-value] # a number


@dataclass(frozen=True, slots=True)
class Milli:
    """Points from `low` to `high` with at most three decimals, read as thousandths."""

    low: int
    high: int

    def __call__(self, value: object) -> int:
        try:
            exact = Decimal(str(value)) * 1000
        except InvalidOperation as error:
            raise Bad(f"“{value}” không phải số điểm") from error
        # NaN and the infinities are decimals too, and compare with nothing.
        is_within = exact.is_finite() and self.low * 1000 <= exact <= self.high * 1000
        if not is_within or exact != int(exact):
            raise Bad(f"“{value}” không phải số điểm từ {self.low} đến {self.high}, tối đa 3 số lẻ")
        return int(exact)


@dataclass(frozen=True, slots=True)
class Switch:
    """True or false."""

    def __call__(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise Bad(f"“{value}” không phải true hoặc false")
        return value


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the words; `planned` ones are known but not built yet."""

    built: tuple[str, ...]
    planned: tuple[str, ...] = ()

    def __call__(self, value: object) -> str:
        if value in self.planned:
            raise Bad(f"“{value}” chưa được hỗ trợ")
        if not isinstance(value, str) or value not in self.built:
            raise Bad(f"“{value}” không thuộc: {', '.join(self.built)}")
        return value


@dataclass(frozen=True, slots=True)
class Several:
    """A list of different words."""

    built: tuple[str, ...]

    def __call__(self, value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise Bad("phải là danh sách")
        word = OneOf(self.built)
        words = tuple(word(item) for item in value)
        if len(set(words)) < len(words):
            raise Bad("có mục lặp lại")
        return words


@dataclass(frozen=True, slots=True)
class Only:
    """One value alone, since nothing else is built."""

    expected: object

    def __call__(self, value: object) -> object:
        if value != self.expected:
            raise Bad(f"“{value}” chưa được hỗ trợ (chỉ có: {self.expected})")
        return value


@dataclass(frozen=True, slots=True)
class OrNone(Generic[T]):
    """What another reader takes, or nothing at all."""

    read: Callable[[object], T]

    def __call__(self, value: object) -> T | None:
        return None if value is None else self.read(value)


@dataclass(frozen=True, slots=True)
class NotBuilt:
    """Nothing but nothing: the knob is known from real regulations, no value is built."""

    def __call__(self, value: object) -> None:
        if value is not None:
            raise Bad("chưa được hỗ trợ (bỏ bằng: null)")


whole, milli, only, or_none = Whole, Milli, Only, OrNone
switch, not_built = Switch(), NotBuilt()


def one_of(*built: str, planned: tuple[str, ...] = ()) -> OneOf:
    """Return a reader of one of the words; `planned` ones are known but not built yet."""
    return OneOf(built, planned)


def several(*built: str) -> Several:
    """Return a reader of a list of different words."""
    return Several(built)
