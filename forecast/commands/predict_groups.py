"""`forecast predict` by a file that holds a model for each group."""

from typing import TYPE_CHECKING, Any

from forecast.cli import paths
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver, note_saved
from forecast.cli.files import parquet_of
from forecast.commands.answering import Answering
from forecast.errors import UsageError

if TYPE_CHECKING:
    from forecast.output.writing import Json
    from forecast.storage.groups import Groups


def predict_groups(
    groups: "Groups",
    answering: Answering,
    ahead: paths.Source | None,
    asked: dict[str, Any],
    delivery: Delivery,
    about: "dict[str, Json]",
    console: Console,
) -> None:
    """Deliver the forecasts of every series by the model of its group."""
    if about["as_of"] is not None:
        raise UsageError("--as-of is for one model", hint=f"--model '{groups.path}#{groups.values[0]}'")
    from forecast.jobs import grouped
    from forecast.reporting.groups import group_facts

    options = grouped.Asked(read=answering.read, **asked)
    found = grouped.predict(groups, answering.source, options, ahead, console.listen)
    models = {value: groups.model(value) for value in groups.values} if delivery.format == "json" else {}
    deliver(
        found.table,
        delivery,
        schema="forecast.total/1" if asked["total"] else "forecast.predict/1",
        facts={
            **group_facts(groups.path, groups.column, models),
            **about,
            "skipped": console.skipped_facts(),
        },
        color=console.color,
        places=found.places,
        like=parquet_of(answering.source, delivery),
    )
    note_saved(delivery, found.table, console)
