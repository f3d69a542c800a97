import io
from dataclasses import replace

import numpy as np
import pytest

from forecast.diagnostics.outliers import distances
from forecast.diagnostics.profile import FAR, ColumnProfile, Occurrences, SeriesCount, examine
from forecast.reading.reader import read_as_far_as_possible
from forecast.spec.reading import Columns, ReadSpec, Target
from tests.panels import panel, wave


def found(content, **columns):
    """The profile of data, as far as they can be read."""
    partial, _ = read_as_far_as_possible(io.BytesIO(content.encode()), ReadSpec(Columns(**columns)))
    return examine(partial)


NOTED = "year,y,note,rain,void\n" + "".join(
    f"{2000 + n},{n * n},{'ab'[n % 2]},{n / 10},\n" for n in range(12)
)


def test_every_column_is_named_with_what_it_holds_and_its_part():
    assert found(NOTED, target="y").columns == (
        ColumnProfile("year", "numbers", 12, "time"),
        ColumnProfile("y", "numbers", 12, "target"),
        ColumnProfile("note", "text", 2, ""),
        ColumnProfile("rain", "numbers", 12, ""),
        ColumnProfile("void", "empty", 1, ""),
    )
    dated = "day,y\n" + "".join(f"2021-03-{day:02d},{day}\n" for day in range(1, 9))
    assert found(dated).columns[0] == ColumnProfile("day", "dates", 8, "time")


def test_the_column_of_labels_has_this_role_even_where_reading_fails():
    content = "s,word,intent\n1,wake,alarm\n1,up,music\n2,play,music\n"
    columns = Columns("intent", series="s", past=("word",))
    read = ReadSpec(columns, target=Target("label"))
    partial, error = read_as_far_as_possible(io.BytesIO(content.encode()), read)
    assert "has another label" in error.message
    assert [column.part for column in examine(partial).columns] == ["id", "past", "label"]


def test_data_without_a_target_still_show_their_columns():
    seen = found(NOTED.replace("y,", "grown,"))
    assert [column.kind for column in seen.columns] == ["numbers", "numbers", "text", "numbers", "empty"]
    assert {column.part for column in seen.columns} == {""}
    assert seen.missing is None


PANEL = "id,year,y\n" + "".join(
    f"{id},{year},{'' if year in missing else year}\n"
    for id, missing, absent in (("a", (2003,), ()), ("b", (2004, 2005), (2007, 2008)), ("c", (), (2006,)))
    for year in range(2000, 2012)
    if year not in absent
)


def test_gaps_and_missing_values_are_counted_with_their_places_and_the_worst_series():
    seen = found(PANEL)
    assert seen.missing.count == 3
    assert [(place.line, place.series, place.time) for place in seen.missing.places] == [
        ("line 5", "a", "2003"),
        ("line 18", "b", "2004"),
        ("line 19", "b", "2005"),
    ]
    assert (seen.missing.in_series, seen.missing.worst) == (2, (SeriesCount("b", 2), SeriesCount("a", 1)))
    assert (seen.gaps.count, seen.absent) == (2, 3)
    assert [(place.line, place.time) for place in seen.gaps.places] == [
        ("line 21", "2009"),
        ("line 30", "2007"),
    ]
    assert (seen.step.adjective, seen.step.kept, seen.step.of) == ("yearly", 28, 30)


def test_no_more_than_five_places_are_named():
    content = "year,y\n" + "".join(f"{year},{'' if year % 2 else year}\n" for year in range(2000, 2030))
    missing = found(content).missing
    assert (missing.count, len(missing.places), missing.places[4].line) == (15, 5, "line 11")


def test_a_refused_duplicate_leaves_the_gaps_to_be_reported():
    seen = found("year,y\n2000,1\n2001,2\n2001,3\n2004,4\n2005,5\n2006,6\n")
    assert [(place.line, place.value) for place in seen.duplicates.places] == [("line 4", 3.0)]
    assert (seen.gaps.count, seen.absent, seen.outliers) == (1, 2, None)


def test_the_numbers_are_described():
    values = found("id,year,y\na,2000,-1\na,2001,0\na,2002,4\nb,2000,7\nb,2001,7\nb,2002,7\n").values
    assert (values.least, values.most, values.mean) == (-1, 7, pytest.approx(4))
    assert (values.whole, values.zeros, values.negative, values.constant) == (True, 1, 1, 1)


def test_one_wrong_value_is_far_off_and_reported_with_its_place():
    numbers = wave(60).round(3)
    numbers[33] *= 10
    seen = found("year,y\n" + "".join(f"{1900 + n},{value}\n" for n, value in enumerate(numbers)))
    (place,) = seen.outliers.places
    assert (seen.outliers.count, place.line, place.time, place.value) == (1, "line 35", "1933", numbers[33])
    assert place.far > FAR


@pytest.mark.parametrize(
    "values",
    [
        wave(120),
        np.arange(50.0),
        np.full(50, 42.0),
        np.zeros(50),
        np.where(np.arange(120) % 12 == 5, 900.0, wave(120)),
        wave(120) + np.where(np.arange(120) > 70, 500.0, 0.0),
        wave(120) * 1.02 ** np.arange(120),
    ],
    ids=["wave", "line", "constant", "zeros", "peak every season", "step", "growth"],
)
def test_what_is_usual_for_a_series_is_not_far_off(values):
    assert (distances(panel(values, season=12)) <= FAR).all()


def test_a_fill_is_never_far_off_and_no_series_is_measured_by_another():
    wild = wave(60)
    wild[33] *= 100
    observed = np.ones(120, dtype=bool)
    both = panel(wild, wave(60, seed=1) * 1e-9)
    assert np.flatnonzero(distances(both) > FAR).tolist() == [33]
    observed[33] = False
    assert (distances(replace(both, observed=observed)) <= FAR).all()


@pytest.mark.parametrize("size", [1e308, 1e-308])
def test_numbers_of_any_size_are_measured(size):
    values = wave(60) / 100 * size
    values[33] *= -1
    assert np.flatnonzero(distances(panel(values)) > FAR).tolist() == [33]


def test_nothing_found_is_a_count_of_zero():
    assert found("year,y\n2000,1\n2001,2\n2002,4\n").gaps == Occurrences(0)
