"""The task of each kind of target."""

from typing import Any

from forecast.spec.reading import Target
from forecast.tasks.classes import ClassTask
from forecast.tasks.labels import LabelTask
from forecast.tasks.task import Task
from forecast.tasks.values import ValueTask


def task_for(target: Target) -> Task[Any]:
    """The task of this kind of target."""
    tasks: dict[str, Task[Any]] = {"value": ValueTask(), "class": ClassTask(), "label": LabelTask()}
    return tasks[target.kind]
