"""Frozen dataclasses as JSON values and back; an unknown, missing or wrongly typed field is refused.

A field with a default may be missing: then it has this default.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import MISSING, fields, is_dataclass
from types import NoneType, UnionType
from typing import Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Plain = None | bool | int | float | str | Sequence["Plain"] | dict[str, "Plain"]
"""A JSON value; NaN and the infinities are the strings "nan", "inf" and "-inf"."""

T = TypeVar("T")

_NOT_FINITE = ("nan", "inf", "-inf")
_MAX_INTEGER = 2**53
"""The largest integer that every JSON reader reads as the same number."""


def dump(value: Plain) -> str:
    """The canonical JSON of a plain value: ASCII, keys sorted, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def parse(text: bytes) -> Plain:
    """The plain value of UTF-8 JSON; ValueError for duplicate keys, NaN and too deep nesting."""
    try:
        return cast(
            Plain,
            json.loads(text.decode(), object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant),
        )
    except RecursionError:
        raise ValueError("its JSON nests too deep") from None


def to_plain(value: object, *, defaults: bool = True) -> Plain:
    """The plain value of a dataclass of numbers, strings, tuples and other such dataclasses.

    Without `defaults`, fields that have their default are left out, so that the bytes of a file do not
    change when a field is added; the default of a field in files then never changes.
    """
    if is_dataclass(value):
        parts = {field: getattr(value, field.name) for field in fields(value)}
        return {
            field.name: to_plain(part, defaults=defaults)
            for field, part in parts.items()
            if defaults or field.default is MISSING or part != field.default
        }
    if isinstance(value, tuple):
        return [to_plain(item, defaults=defaults) for item in value]
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if value is None or isinstance(value, bool | int):
        return value
    raise TypeError(f"{type(value).__name__} has no plain value")


def from_plain(kind: type[T], value: Plain, where: str = "") -> T:
    """The instance of `kind` whose `to_plain` is `value`; a ValueError names the field that does not fit."""
    return cast(T, _read(kind, value, where))


def _read(kind: object, value: Plain, where: str) -> object:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (present,) = (argument for argument in arguments if argument is not NoneType)
        return None if value is None else _read(present, value, where)
    if origin is Literal and isinstance(value, str) and value in arguments:
        return value
    if origin is tuple and isinstance(value, list):
        return _read_tuple(arguments, value, where)
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, dict):
        return _read_dataclass(kind, value, where)
    if kind in (bool, int, float, str):
        return _read_scalar(cast(type, kind), value, where)
    raise ValueError(f"{where} is not as expected")


def _read_tuple(arguments: tuple[object, ...], value: list[Plain], where: str) -> tuple[object, ...]:
    kinds = (arguments[0],) * len(value) if arguments[-1] is Ellipsis else arguments
    if len(kinds) != len(value):
        raise ValueError(f"{where} has {len(value)} items, not {len(kinds)}")
    return tuple(_read(kind, item, where) for kind, item in zip(kinds, value, strict=True))


def _read_dataclass(kind: type, value: dict[str, Plain], where: str) -> object:
    hints = get_type_hints(kind)
    needed = {field.name for field in fields(kind) if field.default is field.default_factory is MISSING}
    for name in sorted(value.keys() - hints.keys()):
        raise ValueError(f'{where} has an unknown "{name}"')
    for name in sorted(needed - value.keys()):
        raise ValueError(f'{where} lacks "{name}"')
    return kind(**{name: _read(hints[name], value[name], f"{where}.{name}".strip(".")) for name in value})


def _read_scalar(kind: type, value: Plain, where: str) -> object:
    if kind is float and value in _NOT_FINITE:
        return float(value)
    if kind is float and type(value) in (int, float) and math.isfinite(number := float(cast(float, value))):
        return number
    if type(value) is not kind or kind is float:
        raise ValueError(f"{where} is not of type {kind.__name__}")
    if isinstance(value, int) and abs(value) > _MAX_INTEGER:
        raise ValueError(f"{where} is out of bounds")
    if isinstance(value, str) and not value.isascii():
        value.encode()  # raises for lone surrogates, which no output can encode
    return value


def _without_duplicates(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("its JSON has a key twice")
    return value


def _refuse_constant(name: str) -> Plain:
    raise ValueError(f"its JSON holds {name}")
