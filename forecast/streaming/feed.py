"""Lines in, answers out: a stream with its lines, its state file and its count of lines."""

from pathlib import Path

from forecast.errors import DataError
from forecast.events import Listener, Note, Warned
from forecast.phrases import counted, listed
from forecast.spec.reading import Notation
from forecast.streaming import state
from forecast.streaming.lines import LONGEST, Lines
from forecast.streaming.state import StreamFields
from forecast.streaming.stream import Answer, Stream

SOURCE = "standard input"

NOTED = 5
"""Lines with fills that are named, of however many."""


class Feed:
    """A stream that is fed with lines.

    The state counts every line that was read, whether its answer could be written or not. A line that is
    refused changes nothing.
    """

    def __init__(
        self,
        stream: Stream,
        notation: Notation,
        *,
        state_file: Path | None,
        every: int = 1,
        source: str = SOURCE,
    ) -> None:
        """Continue from the state file, if there is one.

        `every` are the rows of a series after which it is forecast. Raises `ModelError` for a file of another
        model, `ForecastError` where none could be written.
        """
        self.stream, self.source = stream, source
        self._file, self._every = state_file, every
        self._encoding = notation.encoding or "utf-8"
        self._digest, self.earlier = "", 0
        fields = None
        if state_file is not None:
            state.check(state_file)
            self._digest = state.digest_of(Path(stream.model.file))
            fields = state.load(state_file, stream, self._digest)
        self.lines = Lines(stream.model, notation, () if fields is None else fields.columns)
        self.earlier = 0 if fields is None else fields.lines
        """Lines read by earlier runs."""
        self.continued = fields is not None
        self.number = 0
        """Lines read by this run."""
        self._changed = False
        self._noted = 0

    def read(self, line: bytes) -> Answer | None:
        """The answer after a line; None for a header, and for a row that is not forecast.

        A `DataError` names the line.
        """
        self.number += 1
        try:
            seen = self.lines.parse(self._text(line))
            if seen is None:
                return None
            answer = self.stream.update(seen, every=self._every)
        except DataError as error:
            where = f"{self.source}, line {self.number}"
            raise DataError(error.message, where=where, hint=error.hint) from None
        self._changed = True
        return answer

    def _text(self, line: bytes) -> str:
        if len(line) > LONGEST:
            raise DataError(f"it is longer than {LONGEST:,} bytes")
        try:
            text = line.decode(self._encoding).rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise DataError(
                f"byte {line[error.start]:#04x} is not {self._encoding}", hint="--encoding names another"
            ) from None
        if "\0" in text:
            raise DataError("it holds a NUL byte, which no text does")
        return text.removeprefix("\ufeff") if self.number == 1 else text

    def note_filled(self, rows: int, listener: Listener) -> None:
        """Say that rows were filled in for the newest line; of many lines the first ones are named."""
        self._noted += 1
        if self._noted <= NOTED:
            listener(Note("filled", f"{counted(rows, 'row')} at line {self.number}"))

    def note_unknown(self, listener: Listener) -> None:
        """Say which texts of the newest line the model does not know; of many the first ones are named."""
        for (column, text), is_new in self.lines.unknown.items():
            if is_new:
                listener(Warned(f'line {self.number}: "{text}" of {listed([column])} is new to the model'))
                self.lines.unknown[column, text] = False

    def save(self) -> None:
        """Write the state, if there is a file for it and a line has changed it."""
        if self._file is None or not self._changed:
            return
        stream = self.stream
        memory = stream.settings.memory if stream.settings else "carried"
        fields = StreamFields(
            self._digest, stream.method, memory, self.lines.names, self.earlier + self.number
        )
        state.save(self._file, stream, fields)
        self._changed = False
