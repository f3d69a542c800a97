"""Lines, and the state file between two runs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from forecast.data.frequency import Frequency
from forecast.errors import DataError, ModelError, UsageError
from forecast.live import open_feed
from forecast.spec.reading import Columns, Notation, Policy, ReadSpec
from forecast.storage import modelfile
from forecast.streaming.lines import Lines
from tests import models
from tests.panels import panel, wave

DAILY = Frequency("day")


@pytest.fixture
def model(tmp_path):
    """A model of two shops in days, with a file."""
    tail = panel(wave(40, season=7), 3 * wave(40, season=7), season=7)
    days = np.tile(np.datetime64("2023-01-01", "s") + np.arange(40) * np.timedelta64(1, "D"), 2)
    columns = Columns("sold", time="day", series="shop")
    tail = replace(tail, ids=("a", "b"), times=days, columns=columns, frequency=DAILY)
    made = models.with_tail(models.model(models.network(season=7), methods=("naive",)), tail)
    made = replace(made, frequency=DAILY, read=ReadSpec(columns))
    modelfile.save(made, tmp_path / "shops.forecast")
    return modelfile.load(tmp_path / "shops.forecast")


def lines(rows, *, shop="a", first="2023-02-10"):
    return [f"{shop},{np.datetime64(first) + step},{value}".encode() for step, value in enumerate(rows)]


def answers(feed, given):
    return [feed.read(line) for line in given]


def test_a_stream_that_is_stopped_and_continued_answers_as_one_that_was_not(model, tmp_path):
    rows = lines(wave(60, season=7)[40:])
    whole = answers(open_feed(model), rows)
    for memory in ("carried", "window"):
        state = tmp_path / f"{memory}.state"
        options = {"state": state, "memory": memory}
        whole = answers(open_feed(model, memory=memory), rows)
        parts = []
        for first in range(0, 20, 5):
            feed = open_feed(model, **options)
            assert feed.earlier == first
            parts += answers(feed, rows[first : first + 5])
            feed.save()
        for one, other in zip(whole, parts, strict=True):
            assert one.values.tolist() == other.values.tolist()
            assert one.lower.tolist() == other.lower.tolist()


@pytest.mark.parametrize("method", ["combination", "naive"])
def test_the_rows_of_a_combination_are_kept_too(model, tmp_path, method):
    rows, state = lines(wave(48, season=7)[40:]), tmp_path / "s.state"
    feed = open_feed(model, method=method, state=state)
    answers(feed, rows[:4])
    feed.save()
    continued = answers(open_feed(model, method=method, state=state), rows[4:])[-1]
    assert continued.values.tolist() == answers(open_feed(model, method=method), rows)[-1].values.tolist()


def test_the_state_of_another_model_method_or_kind_of_file_is_refused(model, tmp_path):
    state = tmp_path / "s.state"
    feed = open_feed(model, state=state)
    feed.read(lines([50.0])[0])
    feed.save()
    with pytest.raises(UsageError, match="was written with --method gru --memory carried"):
        open_feed(model, state=state, method="naive")
    modelfile.save(replace(model, horizon=2), tmp_path / "other.forecast")
    with pytest.raises(ModelError, match="is the state of a stream of another model"):
        open_feed(modelfile.load(tmp_path / "other.forecast"), state=state)
    with pytest.raises(ModelError, match="is a model, not the state of a stream"):
        open_feed(model, state=tmp_path / "other.forecast")
    (tmp_path / "notes.txt").write_text("notes")
    with pytest.raises(ModelError, match="is text, such as CSV"):
        open_feed(model, state=tmp_path / "notes.txt")
    with pytest.raises(ModelError, match="is the state of a stream, not a model"):
        modelfile.load(state)
    damaged = bytearray(state.read_bytes())
    damaged[-3] ^= 1
    state.write_bytes(damaged)
    with pytest.raises(ModelError, match="is damaged"):
        open_feed(model, state=state)


def test_a_state_of_forged_numbers_is_used_or_refused(model, tmp_path):
    """With a digest that is right, each array in turn holds what no stream would write."""
    from forecast.storage import tensorfile

    state = tmp_path / "s.state"
    feed = open_feed(model, state=state)
    answers(feed, [*lines([50.0, 51.0]), *lines([150.0], shop="b")])
    feed.save()
    whole = tensorfile.read(state, format=modelfile.FORMAT)
    refused = 0
    for name, tensor in whole.tensors.items():
        for forged in (tensor[:-1], np.full_like(tensor, 200), np.zeros_like(tensor)):
            state.write_bytes(tensorfile.encode(replace(whole, tensors={**whole.tensors, name: forged})))
            try:
                feed = open_feed(model, state=state)
                feed.read(lines([52.0], first="2023-02-12")[0])
            except (ModelError, DataError):
                refused += 1
    assert refused > 30


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a,2023-02-10,12,4", "4 fields, and the header has 3"),
        ("a,2023-02-10", "2 fields, and the header has 3"),
        ("a,2023-02-10,abc", 'column "sold": "abc" is not a number'),
        ("a,2023-02-10,1e400", 'column "sold": "1e400"'),
        ("a,2023-02-10,1_0", 'column "sold": "1_0" is not a number'),
        ("a,10.02.2023 noon,5", "time: "),
        ("a,2023-02-30,5", "time: "),
        ("a,2023-02-09,5", "2023-02-09 is not after the newest row, 2023-02-09"),
        ("a,2023-02-10T12:00,5", "does not keep the daily step: next is 2023-02-10"),
        ("a,2033-02-10,5", "3,653 rows missing before this one, more than the 1,500 that are filled"),
        ("c,2023-02-10,5", 'the model has no series "c"'),
        (",2023-02-10,5", "the id is missing"),
        ('{"shop": "a"}', "2 fields|1 field"),
        ("\ufffd\x00,2023-02-10,5", "it holds a NUL byte"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_changes_nothing(model, line, message):
    feed = open_feed(model)
    assert feed.read(b"shop,day,sold") is None
    with pytest.raises(DataError, match=message) as caught:
        feed.read(line.encode())
    assert caught.value.where == "standard input, line 2"
    assert feed.read(b"a,2023-02-10,50").origin == "2023-02-10"


def test_bytes_that_are_no_text_and_endless_lines_are_refused(model):
    feed = open_feed(model)
    for line, message in (
        (b"a,2023-02-10,\xff", "byte 0xff is not utf-8"),
        (b"9" * (1 << 20) + b"9\n", "longer than"),
    ):
        with pytest.raises(DataError, match=message):
            feed.read(line)


@pytest.mark.parametrize(
    "given",
    [
        ["shop,day,sold", "a,2023-02-10,50.5"],
        ["a,2023-02-10,50.5"],
        ["\ufeffsold;day;extra;shop", "50.5;2023-02-10;x;a"],
        ['{"shop": "a", "day": "2023-02-10", "sold": 50.5, "more": null}'],
        ['{"shop": "a", "day": "2023-02-10", "sold": "50.5"}'],
        ["", "shop\tday\tsold", "a\t2023-02-10\t 50.5 "],
        ["a,10 Feb 2023,50.5"],
        ["shop,day,sold", 'a,"2023-02-10",50.5', "shop,day,sold"],
    ],
)
def test_ways_to_write_the_same_row(model, given):
    expected = open_feed(model).read(b"a,2023-02-10,50.5")
    found = [answer for answer in answers(open_feed(model), [line.encode() for line in given]) if answer]
    assert [answer.values.tolist() for answer in found] == [expected.values.tolist()]


def test_decimal_commas_and_given_formats(model):
    read = ReadSpec(notation=Notation(decimal=",", date_format="%d/%m/%y"))
    answer = open_feed(model, read=read).read(b"a;10/02/23;50,5")
    assert answer.values.tolist() == open_feed(model).read(b"a,2023-02-10,50.5").values.tolist()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [(None, [-7, -7]), ("hold", [-1, -1]), ("zero", [0, 0]), ("interpolate", [20.0, 30.0])],
)
def test_a_gap_is_filled_by_the_policy_of_files(model, policy, expected):
    feed = open_feed(model, read=ReadSpec(policy=Policy(gaps=policy)))
    before = feed.stream.model.tail[0].values
    feed.read(b"a,2023-02-10,10")
    answer = feed.read(b"a,2023-02-13,40")
    kept = feed.stream.series["a"].rows
    if policy is None:
        expected = [before[-6], before[-5]]
    elif policy == "hold":
        expected = [10.0, 10.0]
    assert kept.values[-3:].tolist() == pytest.approx([*expected, 40])
    assert kept.numbers[2, -3:].tolist() == [policy == "zero", policy == "zero", True]
    assert answer.filled == 2
    with pytest.raises(DataError, match="2 rows missing before this one"):
        open_feed(model, read=ReadSpec(policy=Policy(gaps="error"))).read(b"a,2023-02-12,10")


def test_a_missing_number_is_filled_and_counted(model):
    feed = open_feed(model)
    assert feed.read(b"a,2023-02-10,NA").filled == 1
    assert feed.stream.series["a"].rows.values[-1] == feed.stream.model.tail[0].values[-7]
    assert feed.read(b"a,2023-02-11,").filled == 1
    assert feed.stream.filled == 2


def test_a_new_series_begins_with_an_empty_memory_where_it_is_allowed(model):
    feed = open_feed(model, new_series=True, method="naive")
    assert feed.read(b"z,2024-05-05,8").values.tolist() == [8]
    network = open_feed(model, new_series=True)
    answered = answers(network, lines(wave(20, season=7), shop="z", first="2024-05-05"))
    assert np.isfinite([answer.values[0] for answer in answered]).all()


def test_only_every_nth_row_is_answered(model):
    feed = open_feed(model, every=5)
    found = [answer is not None for answer in answers(feed, lines([50.0] * 10))]
    assert found == [False, False, False, False, True] * 2  # rows 45 and 50
    last = answers(open_feed(model), lines([50.0] * 10))[-1]
    assert answers(feed, lines([50.0], first="2023-02-20"))[0] is None
    assert last.origin == "2023-02-19"


def test_the_columns_of_wide_files_and_times_in_parts(model):
    wide = replace(
        model, read=replace(model.read, wide=True, columns=Columns(None, time="day", series="series"))
    )
    assert Lines(wide, Notation()).needed == ("series", "day", "value")
    parts = replace(model, read=ReadSpec(Columns("sold", time="day\x1fhour", series=None)))
    assert len(Lines(parts, Notation()).needed) >= 2


def test_json_rows_of_a_program(model):
    from forecast.live import stream

    rows = [{"shop": "a", "day": np.datetime64("2023-02-10") + step, "sold": 50 + step} for step in range(3)]
    found = list(stream(model, rows, horizon=2))
    assert [row["origin"] for row in found] == ["2023-02-10"] * 2 + ["2023-02-11"] * 2 + ["2023-02-12"] * 2
    assert list(found[0]) == ["shop", "origin", "day", "forecast", "lower_80", "upper_80"]
    assert json.dumps(found[0]).startswith('{"shop": "a", "origin": "2023-02-10", "day": "2023-02-11"')
