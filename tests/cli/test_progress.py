import pytest

from forecast.cli.progress import TrainingProgress, details, duration
from forecast.events import EpochEnded, FitEnded, FitsAhead


def epoch(number=10, epochs=40, *, best=None, seconds=0.5, stage="refit"):
    validation = None if best is None else 0.0145
    return EpochEnded(stage, number, epochs, 0.0123, validation, best, seconds)


class Clock:
    seconds = 0.0

    def __call__(self):
        return self.seconds


def progress(*events, seconds=1.0):
    """What is known after these events, each `seconds` after the one before."""
    clock = Clock()
    training = TrainingProgress(clock)
    for event in events:
        training.listen(event)
        clock.seconds += seconds
    return training


def test_before_the_first_epoch_the_fits_are_known_and_the_time_is_not():
    training = progress(FitsAhead(21))
    assert (str(training), training.share) == ("fit 1 of 21", 0.0)


def test_an_epoch_is_a_share_of_its_fit_and_a_fit_of_the_training():
    assert progress(FitsAhead(4), epoch(10, 40)).share == pytest.approx(1 / 16)
    assert progress(FitsAhead(4), epoch(10, 40), FitEnded("refit"), epoch(20, 40)).share == 1.5 / 4
    assert progress(FitsAhead(1), epoch(40, 40), FitEnded("refit")).share == 1.0


def test_the_first_fit_estimates_the_others_by_its_best_epoch():
    # 20 more epochs of this fit, then 10 of each of the 5 others.
    assert progress(FitsAhead(6), epoch(20, 40, best=10)).seconds_left == 0.5 * (20 + 5 * 10)
    assert progress(FitsAhead(6), epoch(40, 40, best=10), FitEnded("a")).seconds_left == 0.5 * 5 * 10


def test_a_fit_without_validation_estimates_the_others_by_its_epochs():
    assert progress(FitsAhead(6), epoch(10, 40)).seconds_left == 0.5 * (30 + 5 * 40)


def test_measured_fits_count_more_than_epochs():
    """The second fit took 2 s by the clock, its evaluation included, and half of the third one is left."""
    events = [FitsAhead(5), epoch(40, 40), FitEnded("a"), epoch(40, 40), FitEnded("b")]
    assert progress(*events).seconds_left == 3 * 2.0
    assert progress(*events, epoch(20, 40, seconds=100.0)).seconds_left == 2.5 * 2.0


def test_the_first_fit_which_compiles_and_chooses_the_epochs_is_no_measure_of_the_others():
    search = [FitsAhead(4), epoch(40, 40, best=8), FitEnded("a")]
    assert progress(*search, seconds=100.0).seconds_left == 0.5 * 3 * 8


def test_a_bar_does_not_go_back_where_a_fit_takes_more_epochs_than_expected():
    assert progress(FitsAhead(1), epoch(30, 40, best=10), epoch(31, 61, best=31)).share == 30 / 40


def test_fits_known_from_a_checkpoint_count_at_once_and_measure_nothing():
    known = [FitsAhead(5), FitEnded("a"), FitEnded("b")]
    assert str(progress(*known)) == "fit 3 of 5"
    # The fit after them may have been half done: its time is no measure either.
    resumed = [*known, epoch(40, 40), FitEnded("c")]
    assert progress(*resumed, seconds=7.0).seconds_left == 0.5 * 2 * 40
    assert progress(*resumed, epoch(40, 40), FitEnded("d"), seconds=7.0).seconds_left == 14.0


def test_the_number_of_fits_can_be_corrected():
    events = [FitsAhead(31), epoch(40, 40), FitEnded("a")]
    assert str(progress(*events, FitsAhead(20))).startswith("fit 2 of 21, ")
    assert progress(*events, FitsAhead(0)).ahead == 0


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (99, "refit, epoch 10 of 40, loss 0.0123, validation 0.0145 (best 9)"),
        (61, "refit, epoch 10 of 40, loss 0.0123"),
        (33, "refit, epoch 10 of 40"),
        (20, "refit"),
        (4, ""),
    ],
)
def test_the_details_of_a_fit_fit_the_room(room, text):
    assert details(epoch(best=9), room) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (7260, "2 h 1 min")]
)
def test_a_duration_reads_like_speech(seconds, text):
    assert duration(seconds) == text
