"""The model card: what a model was made from and how it was evaluated, in words."""

from dataclasses import replace

from forecast.data.cards import Card, ModelCard
from forecast.data.panel import Panel, data_sha256, time_range
from forecast.forecasters.model import RecurrentForecaster
from forecast.forecasters.recurrent import Network
from forecast.phrases import counted, shown
from forecast.reporting.notes import covariates_line, coverage, members_line, network_name, season_name
from forecast.reporting.seasons import seasons_line, seasons_of
from forecast.spec.model import Bounds, Origin
from forecast.spec.reading import ReadSpec
from forecast.spec.training import TrainingPlan
from forecast.version import __version__

_STARTS: dict[Origin, str] = {
    "scratch": "random weights",
    "fine-tuned": "pretrained weights",
    "averaged": "pretrained weights, averaged with the pretrained networks",
    "pretrained": "pretrained weights, unchanged",
    "none": "no network",
    "continued": "the weights of an older model",
}


def model_card(model: RecurrentForecaster) -> Card:
    """The card of a model, for a person."""
    card, spec, networks = model.card, model.spec, model.combination.networks
    calendar = covariates_line(replace(spec, covariates=()))
    seasons = seasons_line(seasons_of(model.tail, model.combination), model.tail)
    lines = [
        *([("network", _network(networks[0][1]))] if networks else []),
        ("window", f"reads {networks[0][1].spec.windows.window} steps, {_outputs(model)}")
        if networks
        else ("horizon", _outputs(model)),
        ("season", season_name(spec.season)),
        *([("seasons", seasons)] if seasons else []),
        ("forecast", "class probabilities" if spec.target.classes else _combination(model)),
        ("classes", ", ".join(spec.target.classes))
        if spec.target.classes
        else ("values", values_of(model.bounds)),
        ("columns", _columns(model.read)),
        *([("calendar", calendar)] if calendar else []),
        ("data", _data(model)),
        *([] if card.sampled is None else [("sample", f"{card.series:,} series of {card.sampled}")]),
        ("data sha256", card.data_sha256),
        ("training", _training(card)),
    ]
    if card.verdict is not None:
        lines.append(("verdict", card.verdict.text))
    if card.coverage is not None:
        lines.append(("intervals", coverage(card.coverage)))
    lines.append(("made by", ", ".join(f"{name} {number}" for name, number in card.versions)))
    return Card("model", tuple(lines))


def _combination(model: RecurrentForecaster) -> str:
    """Such as "combination of GRU 46 %, pretrained GRU 31 %, Theta 23 %": mean weights over the series."""
    names = [members_line(model.combination.only([name])) for name in model.combination.members]
    weights = model.mean_weights
    if len(names) == 1 or weights is None:
        return ", ".join(names)
    shares = sorted(zip(names, weights, strict=True), key=lambda each: -each[1])
    return "combination of " + ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares)


def _data(model: RecurrentForecaster) -> str:
    card = model.card
    rows = f"{card.source}: {card.rows:,} rows in {card.series:,} series"
    if model.spec.target.kind == "label":
        return rows
    return f"{rows}, {card.first_time} to {card.last_time}, {model.frequency.adjective}"


def _outputs(model: RecurrentForecaster) -> str:
    if model.spec.target.kind == "label":
        return "gives one label for each series"
    return f"forecasts {model.horizon}"


def _columns(read: ReadSpec) -> str:
    """Such as "target=sold  time=month  series=store"."""
    columns, series = read.columns, read.columns.series
    if read.wide:
        series = f"{len(read.targets)} columns" if read.targets else "every numeric column"
    kind = "label" if read.target is not None and read.target.kind == "label" else "target"
    named = {kind: columns.target, "time": columns.time, "series": series}
    parts = {part: ",".join(getattr(columns, part)) for part in ("past", "known", "static")}
    every = named | {"season": columns.season} | parts
    return "  ".join(f"{part}={shown(name)}" for part, name in every.items() if name)


def _network(network: Network) -> str:
    """Such as "GRU 32, 3,000 weights" or "5 x GRU 32, averaged, 15,000 weights in all"."""
    one, members = network_name(network.spec.network), len(network.members)
    weights = f"{sum(weight.size for each in network.members for weight in each.values()):,} weights"
    return f"{one}, {weights}" if members == 1 else f"{members} x {one}, averaged, {weights} in all"


def _training(card: ModelCard) -> str:
    start = _STARTS[card.origin]
    if not card.epochs:
        return f"none: {start}"
    text = f"{card.epochs} epochs from {start}, seed {card.training.seed}"
    if not card.rounds:
        return text
    return f"{text}, {card.training.workers} workers averaged {counted(card.rounds, 'time')}"


def values_of(bounds: Bounds) -> str:
    """Such as "integers, at least 0, at most 9"."""
    low = "not negative where a series never was"
    parts = [
        "integers" if bounds.whole else "",
        f"forecasts are {bounds.statistic}s" if bounds.statistic else "",
        low if bounds.minimum is None else f"at least {bounds.minimum:.12g}",
        "" if bounds.maximum is None else f"at most {bounds.maximum:.12g}",
    ]
    return ", ".join(filter(None, parts))


def untrained_card(source: str, panel: Panel) -> ModelCard:
    """The card of a combination for which nothing was trained or evaluated."""
    first, last = time_range(panel)
    return ModelCard(
        source=source,
        rows=len(panel.values),
        series=len(panel),
        first_time=first,
        last_time=last,
        data_sha256=data_sha256(panel),
        origin="none",
        parameters=0,
        epochs=0,
        training=TrainingPlan(),
        scores=None,
        verdict=None,
        coverage=None,
        versions=(("forecast", __version__),),
    )
