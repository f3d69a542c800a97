import numpy as np

from forecast.engines.crew import SerialCrew
from forecast.events import ignore
from forecast.network.fit import Trainer
from tests.network.test_fit import PLAN, SPEC, waves  # noqa: F401


def trained(panel, workers, epochs=6):
    crew = None if workers is None else SerialCrew(workers)
    trainer = Trainer(SPEC, PLAN, panel, listener=ignore, crew=crew)
    best = trainer.find_epochs(panel, stage="choosing the number of epochs")
    return trainer, best, trainer.fit(panel, epochs, stage="refit")


def test_averaging(waves):  # noqa: F811
    """One worker trains as this process does; two make half as many updates each, and learn too."""
    alone, epochs, weights = trained(waves, None)
    one, same_epochs, same = trained(waves, 1)
    assert same_epochs == epochs
    assert one.losses == alone.losses
    assert all(np.array_equal(weights[name], same[name]) for name in weights)

    two, _, other = trained(waves, 2)
    assert not np.array_equal(weights["layer0/kernel"], other["layer0/kernel"])
    assert alone.losses.validation[0] < two.losses.validation[0]
    assert two.losses.validation[-1] < 0.7 * two.losses.validation[0]
    assert two.rounds(6) == 6
