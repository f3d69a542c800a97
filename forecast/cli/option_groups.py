"""Options that several commands share are declared once, as the parameters of one function."""

import inspect
from collections.abc import Callable
from functools import wraps

Command = Callable[..., None]


def takes(name: str, group: Callable[..., object]) -> Callable[[Command], Command]:
    """Give a command the options of `group` in place of its parameter `name`, which gets their value.

    The options stand in the help where the parameter stands in the signature.
    """
    options = list(inspect.signature(group, eval_str=True).parameters.values())

    def widened(command: Command) -> Command:
        @wraps(command)
        def called(**values: object) -> None:
            given = {option.name: values.pop(option.name) for option in options}
            command(**values, **{name: group(**given)})

        signature = inspect.signature(command, eval_str=True)
        parameters: list[inspect.Parameter] = []
        for parameter in signature.parameters.values():
            parameters.extend(options if parameter.name == name else [parameter])
        called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return called

    return widened
