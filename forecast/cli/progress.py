"""How far a training or a job is: its fits or files counted, the time left estimated."""

from collections.abc import Callable
from dataclasses import dataclass, field

from forecast.events import EpochEnded, FileDone, FilesAhead, FitEnded, FitsAhead


@dataclass(slots=True)
class TrainingProgress:
    """All fits of a training as one amount of work, of which each fit is an equal share.

    The time left comes from the fits that have been measured, else from the epochs of the current one.
    """

    clock: Callable[[], float]
    done: int = field(default=0, init=False)
    """Fits that have ended."""
    ahead: int = field(default=0, init=False)
    """Fits that have not, the current one included."""
    _last: EpochEnded | None = field(default=None, init=False)
    """The newest epoch, of the current fit or of the one before it."""
    _share_of_fit: float = field(default=0.0, init=False)
    """Share of the current fit that is done; 0 before its first epoch."""
    _measured_from: float | None = field(default=None, init=False)
    """The end of the fit before; None where the time of the current fit is no measure of the others.

    The first fit may compile the loop; one after a result from a checkpoint may be half done already.
    """
    _measured: list[float] = field(default_factory=list, init=False)
    """Seconds of fits, each with the evaluation of the fit before."""

    def listen(self, event: FitsAhead | EpochEnded | FitEnded) -> None:
        """Count what has happened."""
        match event:
            case FitsAhead(count):
                self.ahead = count
            case EpochEnded():
                self.ahead = max(self.ahead, 1)
                self._last = event
                # The expected number of epochs may grow; the bar does not go back.
                self._share_of_fit = max(self._share_of_fit, event.epoch / event.epochs)
            case FitEnded():
                self._end_fit()

    def _end_fit(self) -> None:
        now = self.clock()
        if self._measured_from is not None:
            self._measured.append(now - self._measured_from)
        self._measured_from = None if self.current is None else now
        self._share_of_fit = 0.0
        self.done, self.ahead = self.done + 1, max(self.ahead - 1, 0)

    @property
    def share(self) -> float:
        """Share of the work that is done, from 0 to 1."""
        return (self.done + self._share_of_fit) / max(self.done + self.ahead, 1)

    @property
    def current(self) -> EpochEnded | None:
        """The newest epoch of the current fit; None before its first."""
        return self._last if self._share_of_fit > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Estimated time of the fits ahead; None before the first epoch."""
        last = self._last
        if last is None:
            return None
        if self._measured:
            return (self.ahead - self._share_of_fit) * sum(self._measured) / len(self._measured)
        # The best epoch so far is the number of epochs that later fits have.
        epochs = last.epochs if last.best_epoch is None else max(last.best_epoch, 1)
        if self.current is None:
            return self.ahead * epochs * last.seconds_per_epoch
        return (last.epochs - last.epoch + (self.ahead - 1) * epochs) * last.seconds_per_epoch

    def __str__(self) -> str:
        """The state in words: "fit 6 of 21, 3 min left"."""
        left = self.seconds_left
        fits = f"fit {self.done + 1} of {self.done + self.ahead}"
        return fits if left is None else f"{fits}, {duration(left)} left"


@dataclass(slots=True)
class FileProgress:
    """The files of a data set, each an equal share of the work."""

    clock: Callable[[], float]
    done: int = field(default=0, init=False)
    ahead: int = field(default=0, init=False)
    what: str = field(default="file", init=False)
    _started: float = field(default=0.0, init=False)

    def listen(self, event: FilesAhead | FileDone) -> None:
        """Count what has happened."""
        match event:
            case FilesAhead(count, what):
                self.done, self.ahead, self.what, self._started = 0, count, what, self.clock()
            case FileDone():
                self.done, self.ahead = self.done + 1, max(self.ahead - 1, 0)

    @property
    def share(self) -> float:
        """Share of the work that is done, from 0 to 1."""
        return self.done / max(self.done + self.ahead, 1)

    def __str__(self) -> str:
        """The state in words: "6 of 21 files, 3 min left"."""
        files = f"{self.done:,} of {self.done + self.ahead:,} {self.what}s"
        if not self.done:
            return files
        return f"{files}, {duration((self.clock() - self._started) * self.ahead / self.done)} left"


def details(epoch: EpochEnded, room: int) -> str:
    """The current fit in at most `room` columns: "refit, epoch 40 of 300, loss 0.0123"."""
    parts = [epoch.stage, f"epoch {epoch.epoch} of {epoch.epochs}", f"loss {epoch.loss:.3g}"]
    if epoch.validation_loss is not None:
        best = f" (best {epoch.best_epoch})" if epoch.best_epoch is not None else ""
        parts.append(f"validation {epoch.validation_loss:.3g}{best}")
    texts = (", ".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((text for text in texts if len(text) <= room), "")


def duration(seconds: float) -> str:
    """A length of time: "8 s", "3 min", "1 h 20 min"."""
    if seconds < 90:
        return f"{max(round(seconds), 0)} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"
