"""A panel and a plan become a judged model: find the epochs, backtest, refit, calibrate."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from forecast import __version__
from forecast.data.covariates import in_words_of
from forecast.data.panel import Floats, Panel
from forecast.data.results import Coverage, ModelCard, Scores, Verdict
from forecast.evaluation.backtest import Fold, Origins, backtest, came_after, cuts, score
from forecast.evaluation.verdict import OneStep, judge
from forecast.events import Listener, Noted, Warned
from forecast.forecasters.baselines import yardsticks
from forecast.forecasters.calibration import Calibration, achieved, calibrate
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.recurrent import Bounded, Network, RecurrentForecaster, Weights
from forecast.forecasters.rolling_errors import past_errors
from forecast.planning.plan import Plan
from forecast.planning.recipe import Recipe
from forecast.reading.reader import Reading
from forecast.spec import Origin

if TYPE_CHECKING:
    from forecast.network.checkpoint import Checkpoint
    from forecast.network.fit import Trainer

_ENOUGH_FORECASTS = 100
"""Numbers forecast at an origin from which the rows up to the next need not be origins too."""

_FAR = 0.3
"""Share of the pretrained network's errors that training must take away to be better by far."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the backtests said of a recipe."""

    scores: Scores
    verdict: Verdict
    coverage: Coverage | None
    calibration: Calibration


def learn(
    reading: Reading,
    plan: Plan,
    *,
    level: float,
    listener: Listener,
    checkpoint: "Checkpoint | None" = None,
) -> RecurrentForecaster:
    """A model of all rows, judged by models of the same recipe that saw only rows before each origin.

    The number of epochs is found once, on rows before the oldest origin. Then every
    backtest and the refit train for that many on all rows they may see.
    """
    panel = reading.panel
    origins = Origins(plan.backtests, plan.horizon)
    learner = learner_for(plan.recipe, panel, listener, fits=plan.backtests + 1, checkpoint=checkpoint)
    learner = learner.prepared(panel.first(cuts(panel, origins)[0]))
    networks: list[Network] = []

    def recipe(past: Panel) -> Sequence[Forecaster]:
        networks.append(learner.fit(past, f"backtest {len(networks) + 1} of {plan.backtests}"))
        return [Bounded(networks[-1], plan.bounds), *yardsticks(past, plan.asked_windows)]

    folds = list(backtest(recipe, panel, origins))
    before = plan.recipe.before if learner.origin == "pretrained" else None
    judgement = _judge(panel, networks, folds, level=level, before=before)
    if not plan.judged_unseen:
        judgement = _doubted(judgement, listener)
    return assembled(reading, plan, judgement, learner.fit(panel, "refit"), learner)


def assembled(
    reading: Reading, plan: Plan, judgement: Judgement, network: Network, learner: "Learner"
) -> RecurrentForecaster:
    """A model of its parts."""
    panel = reading.panel
    return RecurrentForecaster(
        network=network,
        horizon=plan.horizon,
        bounds=plan.bounds,
        read=reading.read if network.spec.covariates else reading.read.alone,
        frequency=panel.frequency,
        tail=_in_words_of(network, _tail(panel, network)),
        calibration=judgement.calibration,
        card=_card(panel, plan, judgement, source=reading.source, network=network, learner=learner),
    )


def _tail(panel: Panel, network: Network) -> Panel:
    """What a forecast without data continues from; what ends in a label has no continuation."""
    if network.spec.answers == "whole series":
        return panel.select([])
    return panel.tail(network.rows_read(panel))


def _in_words_of(network: Network, tail: Panel) -> Panel:
    """The tail with the covariates that the network reads, in its own words."""
    if tail.covariates is None or not network.spec.covariates:
        return replace(tail, columns=tail.columns.alone, covariates=None)
    return replace(tail, covariates=in_words_of(tail.covariates, network.spec.covariates))


class Learner(Protocol):
    """A recipe that turns any past into a network."""

    origin: Origin
    """Where its weights come from."""
    epochs: int
    """Epochs that every fit takes."""

    def prepared(self, oldest: Panel, /) -> "Learner":
        """The learner to go on with, what was left open decided on rows before all that will be judged."""
        ...

    def fit(self, past: Panel, stage: str, /) -> Network:
        """The network that the recipe makes of these rows."""
        ...


def learner_for(
    recipe: Recipe,
    panel: Panel,
    listener: Listener,
    *,
    fits: int,
    epochs: int = 0,
    checkpoint: "Checkpoint | None" = None,
) -> Learner:
    """What carries a recipe out; TensorFlow is imported only where there is something to train.

    `panel` is the largest of the `fits` to come. `epochs` may be known already, and
    what the `checkpoint` holds.
    """
    if recipe.origin == "pretrained":
        return _Ready(Network(recipe.spec, recipe.start, recipe.blend))
    from forecast.network.fit import Trainer

    trainer = Trainer(
        recipe.spec, recipe.training, panel, start=recipe.start, listener=listener, checkpoint=checkpoint
    )
    return _Trained(recipe, trainer, listener, fits=fits, epochs=epochs)


class _Ready:
    """Pretrained networks as they are."""

    origin: Origin = "pretrained"
    epochs = 0

    def __init__(self, network: Network) -> None:
        self._network = network

    def prepared(self, _oldest: Panel) -> Learner:
        """Nothing is left open."""
        return self

    def fit(self, _past: Panel, _stage: str) -> Network:
        """The same for any rows."""
        return self._network


class _Trained:
    """Networks trained on the rows at hand, from nothing or from given weights."""

    def __init__(
        self, recipe: Recipe, trainer: "Trainer", listener: Listener, *, fits: int, epochs: int
    ) -> None:
        self.origin = recipe.origin
        self.epochs = epochs
        self._recipe = recipe
        self._listener = listener
        self._trainer = trainer
        self._budget = _Budget(recipe.training.max_seconds, stages=1 + recipe.members * fits)

    def prepared(self, oldest: Panel) -> Learner:
        """Find the epochs; pretrained weights that no epoch betters are taken as they are."""
        seconds = self._budget.share()
        self.epochs = self._trainer.find_epochs(oldest, stage="finding epochs", seconds=seconds)
        untuned = self._recipe.untuned
        if self.origin != "fine-tuned" or untuned is None:
            return self
        alike = untuned.spec == self._recipe.spec
        if self.epochs == 0:
            beside = "" if alike else ", and nothing beside the target is read"
            self._listener(
                Noted("fine-tuning", f"did not better the pretrained network: it is taken as it is{beside}")
            )
            return _Ready(untuned)
        if alike and self._recipe.averaged and self._trainer.best is not None:
            gain = _gain(replace(untuned, members=(self._trainer.best,)), untuned, oldest)
            self.origin = "averaged" if gain < _FAR else self.origin
            taken = "the mean of both is taken" if gain < _FAR else "it is taken alone"
            why = f"changed the errors of the pretrained network on newer rows by {-100 * gain:+.0f} %"
            self._listener(Noted("fine-tuning", f"{why}: {taken}"))
        return self

    def fit(self, past: Panel, stage: str) -> Network:
        """Every member, trained on all rows of `past`, and beside them what they are averaged with."""
        if self._budget.over and self._trainer.best is not None:
            self._listener(Warned(f"{stage}: the time is over; the best weights on older rows stand in"))
            members: tuple[Weights, ...] = (self._trainer.best,)
        else:
            members = tuple(self._member(past, stage, member) for member in range(self._recipe.members))
        if self.origin == "averaged" and self._recipe.untuned is not None:
            return _averaged(members, self._recipe.untuned)
        return Network(self._recipe.spec, members, self._recipe.blend)

    def _member(self, past: Panel, stage: str, member: int) -> Weights:
        named = f"{stage}, member {member + 1}" if self._recipe.members > 1 else stage
        seconds = self._budget.share()
        return self._trainer.fit(past, self.epochs, stage=named, member=member, seconds=seconds)


def _averaged(members: tuple[Weights, ...], network: Network) -> Network:
    """A network of these members and as many of its own."""
    own = tuple(network.members[place % len(network.members)] for place in range(len(members)))
    return replace(network, members=members + own)


def _gain(tuned: Network, untuned: Network, panel: Panel) -> float:
    """Share of the errors in the newest rows of every series that training without them took away."""
    after, before = (
        np.abs(past_errors(replace(network, blend="none"), panel, most=1)) for network in (tuned, untuned)
    )
    return float(1 - np.nansum(after) / np.nansum(before)) if np.nansum(before) > 0 else 0.0


class _Budget:
    """Wall-clock seconds shared among the stages still to come."""

    def __init__(self, seconds: float | None, *, stages: int) -> None:
        self._deadline = time.monotonic() + (np.inf if seconds is None else seconds)
        self._stages = stages

    @property
    def over(self) -> bool:
        """Nothing is left."""
        return time.monotonic() >= self._deadline

    def share(self) -> float:
        """Seconds for the next stage."""
        self._stages -= 1
        return max(self._deadline - time.monotonic(), 0.0) / (self._stages + 1)


def _judge(
    panel: Panel,
    networks: Sequence[Network],
    folds: Sequence[Fold],
    *,
    level: float,
    before: Calibration | None,
) -> Judgement:
    """Scores and verdict of the folds, and intervals from the errors of the networks that made them."""
    looks = [_looks(panel, network, fold) for network, fold in zip(networks, folds, strict=True)]
    errors = [np.concatenate([look.errors for look in each]) for each in looks]
    scores = score(folds, panel)
    return Judgement(
        scores=scores,
        verdict=judge(scores, folds, OneStep.joined([look.one_step for each in looks for look in each])),
        coverage=achieved(errors, level, before=before),
        calibration=calibrate(np.concatenate(errors), before=before),
    )


def _doubted(judgement: Judgement, listener: Listener) -> Judgement:
    """The same with a verdict that no longer vouches for scores of rows known before."""
    why = "the model it starts from was trained on rows that it is judged on"
    listener(Warned(f"{why}: scores and intervals flatter it; give newer rows, or fewer --backtests"))
    verdict = judgement.verdict
    outcome: Literal["unclear", "no better"] = "no better" if verdict.outcome == "no better" else "unclear"
    return replace(judgement, verdict=replace(verdict, outcome=outcome, text=f"{why}; {verdict.text}"))


@dataclass(frozen=True, slots=True)
class _Look:
    """What a network said at one origin against what came."""

    errors: Floats
    """(series, horizon) in units of volatility, of the series judged."""
    one_step: OneStep


def _looks(panel: Panel, network: Network, fold: Fold) -> list[_Look]:
    """Errors of a fold's network from its origin, and from the rows up to the next where they are few.

    The network was trained on rows up to the origin alone, so the later ones are
    just as new to it; only its horizon overlaps.
    """
    few = len(fold.judged) * len(fold.actual[0]) < _ENOUGH_FORECASTS
    return [_look(panel, network, fold, later) for later in range(len(fold.actual[0]) if few else 1)]


def _look(panel: Panel, network: Network, fold: Fold, later: int) -> _Look:
    rows = np.where(fold.rows > 0, np.minimum(fold.rows + later, panel.lengths), 0)
    actual = came_after(panel, rows, fold.actual.shape[1])
    judged = np.flatnonzero(~np.isnan(actual).all(axis=1))
    history = panel.first(rows).select(judged)
    everywhere = np.full((2, len(panel)), np.nan)
    everywhere[0, judged] = network.predict(history, 1).values[:, 0]
    everywhere[1, judged] = history.values[history.bounds[1:] - 1]
    return _Look(
        errors=network.errors(history, actual[judged][:, : network.spec.windows.horizon]),
        one_step=OneStep(forecast=everywhere[0], last=everywhere[1], actual=actual[:, 0]),
    )


def _card(
    panel: Panel, plan: Plan, judgement: Judgement, *, source: str, network: Network, learner: Learner
) -> ModelCard:
    first, last = panel.frequency.text(np.array([panel.times.min(), panel.times.max()]))
    libraries = ("numpy",) if learner.origin == "pretrained" else ("keras", "numpy", "tensorflow")
    return ModelCard(
        source=source,
        rows=len(panel.values),
        series=len(panel),
        first_time=first,
        last_time=last,
        data_sha256=data_sha256(panel),
        origin=learner.origin,
        parameters=sum(weight.size for weights in network.members for weight in weights.values()),
        epochs=learner.epochs,
        training=plan.recipe.training,
        scores=judgement.scores,
        verdict=judgement.verdict,
        coverage=judgement.coverage,
        versions=(("forecast", __version__), *((name, version(name)) for name in libraries)),
    )


def data_sha256(panel: Panel) -> str:
    """The digest of all that a panel's series hold, and of the columns beside them."""
    arrays = [panel.bounds, panel.times.astype(np.int64), panel.values]
    texts = [*panel.ids]
    if panel.own_seasons is not None:
        arrays.append(panel.own_seasons)
    if panel.covariates is not None:
        beside = panel.covariates
        arrays += [beside.past, beside.known, beside.known_bounds, beside.static]
        texts += [text for vocabulary in beside.vocabularies for text in ("", *vocabulary)]
    texts += panel.classes
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogateescape"))
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
