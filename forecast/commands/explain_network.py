"""The commands `forecast explain step` and `memory`: what a network does with the rows that it reads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from forecast.cli import explain_options, options, paths
from forecast.cli.console import Console
from forecast.cli.delivery import Delivery, deliver_sections
from forecast.cli.help import needed_source
from forecast.cli.option_groups import takes
from forecast.cli.reading_options import read_spec
from forecast.commands.explain_lessons import parse_cells
from forecast.commands.explain_series import one_series
from forecast.errors import ModelError, UsageError
from forecast.phrases import counted, shown
from forecast.spec.options import refuse_for_model
from forecast.spec.reading import ReadSpec
from forecast.spec.training import DEFAULT_MAX_SECONDS, TrainRequest

if TYPE_CHECKING:
    from pathlib import Path

    from forecast.data.arrays import Integers
    from forecast.data.panel import Panel
    from forecast.forecasters.model import RecurrentForecaster
    from forecast.forecasters.recurrent import Network
    from forecast.output.writing import Json
    from forecast.spec.model import Cell


@takes("read", read_spec)
@takes("written", explain_options.written_as)
def step(
    ctx: typer.Context,
    data: options.DataToContinue = None,
    *,
    series: explain_options.SeriesName = None,
    model: options.ModelToPredict = None,
    member: explain_options.MemberName = None,
    read: ReadSpec,
    written: explain_options.Written,
) -> None:
    """Show the loop over the newest rows: state, gates, answer.

    forecast explain step harvest.csv
    forecast explain step harvest.csv --member gru
    """
    console: Console = ctx.obj
    asked = _asked(ctx, data, model, read)
    delivery = written.planned(*asked.inputs)
    looked = _looked_at(console, asked, series)
    from forecast.explaining.steps import steps_of
    from forecast.reporting.steps import steps_sections, steps_table

    weights = looked.weights()
    network = looked.network(member, weights)
    found = steps_of(network, looked.panel, looked.model.combination)
    table = steps_table(found, looked.panel)
    deliver_sections(
        steps_sections(found, looked.panel, weights),
        delivery,
        table=table,
        places=looked.places(len(found.states)),
        unit_free=[name for name in table if name not in ("forecast", looked.panel.columns.target)],
        schema="forecast.explain-step/1",
        facts={
            **looked.facts(),
            "member": found.read.name,
            "networks": len(network.members),
            "taken_off": list(found.read.taken_off),
            "skipped": console.skipped_facts(),
        },
        color=console.color,
    )


@takes("read", read_spec)
@takes("written", explain_options.written_as)
def memory(
    ctx: typer.Context,
    data: options.DataToContinue = None,
    *,
    series: explain_options.SeriesName = None,
    model: options.ModelToPredict = None,
    cell: explain_options.CellsToTrain = None,
    read: ReadSpec,
    written: explain_options.Written,
) -> None:
    """Show how much of each row that was read is left in the answer.

    forecast explain memory harvest.csv
    forecast explain memory --model harvest.forecast --json
    forecast explain memory harvest.csv --cell simple-rnn,lstm,gru
    """
    console: Console = ctx.obj
    if cell:
        if model is not None:
            raise UsageError("--cell trains networks, and --model names one", hint="leave one of them out")
        source, cells = needed_source(ctx, data), parse_cells(cell)
        delivery = written.planned(source)
        _compare_cells(console, source, read, series, cells, delivery)
        return
    asked = _asked(ctx, data, model, read)
    delivery = written.planned(*asked.inputs)
    looked = _looked_at(console, asked, series)
    from forecast.explaining.memory import memories
    from forecast.reporting.memory import memory_facts, memory_sections, memory_table

    found = memories(looked.model, looked.panel)
    weights = looked.weights()
    table = memory_table(found, looked.panel)
    deliver_sections(
        memory_sections(found, looked.panel, weights),
        delivery,
        table=table,
        places=looked.places(len(table["left"])),
        unit_free=("effect", "left"),
        schema="forecast.explain-memory/1",
        facts={
            **looked.facts(),
            "networks": [*memory_facts(found, weights)],
            "skipped": console.skipped_facts(),
        },
        color=console.color,
    )


def _compare_cells(
    console: Console,
    source: paths.Source,
    read: ReadSpec,
    series: str | None,
    cells: "tuple[Cell, ...]",
    delivery: Delivery,
) -> None:
    from forecast.data.digits import places_of
    from forecast.explaining.memory import memory
    from forecast.reading.reader import read_panel
    from forecast.reporting.memory import cells_section, memory_facts, memory_table
    from forecast.reporting.reading_notes import note_reading
    from forecast.training.cells import train_cells
    from forecast.training.run import Budget, Run

    reading = read_panel(source, read)
    note_reading(reading, console.listen)
    one = one_series(console, reading.panel, series)
    run = Run(console.listen, budget=Budget(DEFAULT_MAX_SECONDS))
    trained = train_cells(reading.panel, TrainRequest(read=read), cells, run)
    console.erase()
    found = [memory(each.network, one, each.combination) for each in trained]
    lines = [f"trained in {each.seconds:.1f} s ({counted(each.epochs, 'epoch')})" for each in trained]
    table, facts = memory_table(found, one), memory_facts(found, {})
    for fact, each in zip(facts, trained, strict=True):
        fact |= {"epochs": each.epochs, "seconds": each.seconds}
    deliver_sections(
        (cells_section(found, lines, one),),
        delivery,
        table=table,
        places=places_of(one).repeat(len(table["left"])),
        unit_free=("effect", "left"),
        schema="forecast.explain-memory/1",
        facts={
            **paths.facts(source),
            "series": shown(one.ids[0]) if one.columns.series else None,
            "networks": [*facts],
            "skipped": console.skipped_facts(),
        },
        color=console.color,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The data and the model that are asked for, before anything is read."""

    source: paths.Source | None
    path: "Path | None"
    """None is the pretrained networks."""
    read: ReadSpec
    piped_nothing: bool

    @property
    def inputs(self) -> "tuple[str | Path | None, ...]":
        return self.source, self.path


def _asked(ctx: typer.Context, data: str | None, model: "Path | None", read: ReadSpec) -> _Asked:
    source = paths.data_source(data)
    piped_nothing = paths.is_empty_pipe(data, source)
    source = None if piped_nothing else source
    path = paths.model_or_pretrained(model, source)
    if path is not None:
        refuse_for_model(read, "--model pretrained")
    elif source is None:
        raise UsageError(
            "there is neither DATA nor a model here", hint=f"forecast explain {ctx.info_name} DATA"
        )
    return _Asked(source, path, read, piped_nothing)


@dataclass(frozen=True, slots=True)
class _LookedAt:
    """A model and the one series that it is looked at with."""

    model: "RecurrentForecaster"
    panel: "Panel"
    path: "Path | None"
    source: paths.Source | None

    def weights(self) -> "dict[str, float]":
        """The weight of each member of the combination for this series; {} for a network of classes."""
        if self.model.spec.target.classes:
            return {}
        members = self.model.combination.members
        return dict(zip(members, self.model.weights_of(self.panel)[0].tolist(), strict=True))

    def places(self, rows: int) -> "Integers":
        """(rows,) decimal places of the values of the series."""
        from forecast.data.digits import places_of

        return places_of(self.panel).repeat(rows)

    def network(self, named: str | None, weights: "dict[str, float]") -> "Network":
        """The network of this name, or that of the largest weight."""
        networks = dict(self.model.combination.networks)
        if named is None:
            return networks[max(networks, key=lambda name: weights.get(name, 0.0))]
        if named not in networks:
            others = ", ".join(networks)
            raise UsageError(f'--member: the model has no network "{named}"', hint=f"it has {others}")
        return networks[named]

    def facts(self) -> "dict[str, Json]":
        from forecast.reporting.facts import model_facts

        return {
            "model": model_facts(self.model, self.path),
            **paths.facts(self.source),
            "series": shown(self.panel.ids[0]) if self.panel.columns.series else None,
        }


def _looked_at(console: Console, asked: _Asked, series: str | None) -> _LookedAt:
    from forecast import workflow
    from forecast.reporting.history import history_of

    if asked.path is None:
        assert asked.source is not None  # refused before
        model = workflow.untrained_model(asked.source, TrainRequest(read=asked.read), listener=console.listen)
        panel = model.tail
    else:
        model = workflow.load(asked.path)
        console.note("model", str(asked.path))
        if asked.piped_nothing:
            console.warn(paths.EMPTY_PIPE)
        panel = (
            model.tail
            if asked.source is None
            else history_of(model, asked.source, asked.read, console.listen)
        )
    if not model.combination.networks:
        members = ", ".join(model.combination.members)
        raise ModelError(
            f"it forecasts without a network: {members}",
            hint="--model pretrained explains the pretrained network; forecast train DATA makes one",
        )
    return _LookedAt(model, one_series(console, panel, series), asked.path, asked.source)
