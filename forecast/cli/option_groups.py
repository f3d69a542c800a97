"""Options that several commands share are declared once, as the parameters of one function."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

T = TypeVar("T")


def takes(name: str, group: Callable[..., object]) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """Replace the parameter `name` of a command by the parameters of `group`, which returns its value.

    >>> def size(*, width: int = 1, height: int = 1) -> int:
    ...     return width * height
    >>> @takes("area", size)
    ... def paint(color: str, *, area: int) -> str:
    ...     return f"{area} of {color}"
    >>> paint("red", width=2, height=3)
    '6 of red'

    The new parameters are where the old one was, which is their order in the help. A group may
    itself be made of groups.
    """
    options = list(inspect.signature(group, eval_str=True).parameters.values())

    def decorate(command: Callable[..., T]) -> Callable[..., T]:
        @wraps(command)
        def called(*arguments: object, **values: object) -> T:
            given = {option.name: values.pop(option.name) for option in options if option.name in values}
            return command(*arguments, **values, **{name: group(**given)})

        signature = inspect.signature(command, eval_str=True)
        parameters: list[inspect.Parameter] = []
        for parameter in signature.parameters.values():
            parameters.extend(options if parameter.name == name else [parameter])
        called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return called

    return decorate
