"""Words of a command line as values of Python.

Typer has Pydantic convert them, whose import takes nearly as long as that of NumPy; the types that options
have here need none of it.
"""

import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args, get_origin

import typer

if TYPE_CHECKING:
    # Types only: Typer has its Click under a private name.
    from typer._click.core import Context, Parameter
    from typer.core import TyperArgument, TyperOption


def convert_plainly(parameters: "Iterable[Parameter]") -> None:
    """Let these parameters convert their words without Pydantic, save those of a type unknown here."""
    for parameter in parameters:
        described = getattr(parameter, "type_descriptor", None)
        convert = None if described is None else _conversion(described.annotation)
        if convert is not None:
            # Typer asks it for the value, and makes one with Pydantic where there is none.
            vars(parameter)["_runtime_param"] = _Conversion(convert)


class _Conversion:
    """What converts the words of a parameter, as Typer calls it."""

    def __init__(self, convert: Callable[[object], object]) -> None:
        self._convert = convert

    def coerce(self, value: object, param: "TyperArgument | TyperOption", ctx: "Context") -> object:
        """The value; None without any word, () for a parameter that may be repeated."""
        if value is None:
            return () if param.multiple else None
        try:
            return self._convert(value)
        except ValueError as error:
            raise typer.BadParameter(str(error), ctx=ctx, param=param) from None


def _conversion(annotation: object) -> Callable[[object], object] | None:
    """How a word becomes a value of this type."""
    if get_origin(annotation) is Literal:
        return partial(_one_of, get_args(annotation))
    known: dict[object, Callable[[object], object]] = {
        str: str,
        bool: bool,
        int: _whole,
        float: _number,
        Path: _path,
        list[str]: _list,
    }
    return known.get(annotation)


def _one_of(words: tuple[object, ...], value: object) -> object:
    if value not in words:
        raise ValueError(f"{value!r} is not one of {', '.join(map(repr, words))}")
    return value


def _whole(value: object) -> int:
    """12, +12 and 12.0 as 12."""
    if isinstance(value, int):
        return value
    match = re.fullmatch(r"\s*([+-]?[0-9_]+)(?:\.0*)?\s*", str(value))
    try:
        return int(match[1] if match else "")
    except ValueError:
        raise ValueError("needs a whole number") from None


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        raise ValueError("needs a number") from None


def _path(value: object) -> Path:
    return Path(str(value))


def _list(values: object) -> list[str]:
    assert isinstance(values, tuple | list)
    return [str(value) for value in values]
