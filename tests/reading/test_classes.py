import numpy as np
import pytest

from forecast.errors import DataError, UsageError
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, Policy, ReadSpec, Target

TARGET = ReadSpec(Columns(target="y"))


def read(tmp_path, values, spec=TARGET):
    """The panel of a series of daily rows with these texts."""
    rows = [f"2024-01-{day:02},{value}" for day, value in enumerate(values, start=1)]
    (tmp_path / "d.csv").write_text("\n".join(["date,y", *rows, ""]))
    return read_panel(tmp_path / "d.csv", spec).panel


def test_zeros_and_ones_are_two_classes_however_they_are_written(tmp_path):
    panel = read(tmp_path, ["0", "1", "1.0", "0.0"])
    assert panel.target.classes == ("0", "1")
    assert panel.values.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("spec", [ReadSpec(), TARGET])
@pytest.mark.parametrize("values", ["True False True", "TRUE FALSE TRUE", "true 0 1"])
def test_true_and_false_are_1_and_0_whether_the_target_is_named_or_guessed(tmp_path, spec, values):
    panel = read(tmp_path, values.split(), spec)
    assert panel.target == Target("class", ("0", "1"))
    assert panel.values.tolist() == [1, 0, 1]


@pytest.mark.parametrize("spec", [ReadSpec(), TARGET])
def test_yes_and_no_are_classes_whether_the_target_is_named_or_guessed(tmp_path, spec):
    panel = read(tmp_path, ["yes", "no", "", "yes"], spec)
    assert panel.target == Target("class", ("no", "yes"))
    assert panel.values.tolist() == [1, 0, 0, 1]


def test_true_and_false_are_numbers_where_they_are_requested_or_averaged(tmp_path):
    for spec in (ReadSpec(target=Target()), ReadSpec(policy=Policy(resample="mean"), frequency="daily")):
        panel = read(tmp_path, ["True", "False", "False"], spec)
        assert panel.target == Target()
        assert panel.values.tolist() == [1, 0, 0]


def test_the_column_of_true_and_false_is_the_target_beside_other_texts(tmp_path):
    (tmp_path / "d.csv").write_text(
        "date,note,open\n2024-01-01,a,True\n2024-01-02,b,False\n2024-01-03,,True\n"
    )
    reading = read_panel(tmp_path / "d.csv")
    assert reading.read.columns.target == "open"
    reason = "the only column left that holds true and false, or yes and no"
    assert ("target", "open", reason) in reading.guesses


def test_a_day_without_a_row_is_a_day_without_the_event(tmp_path):
    (tmp_path / "d.csv").write_text("date,y\n2024-01-01,1\n2024-01-02,0\n2024-01-04,1\n2024-01-05,1\n")
    panel = read_panel(tmp_path / "d.csv", ReadSpec(policy=Policy(gaps="zero"))).panel
    assert panel.target.is_event
    assert panel.values.tolist() == [1, 0, 0, 1, 1]
    (tmp_path / "d.csv").write_text("date,y\n2024-01-01,a\n2024-01-02,b\n2024-01-04,a\n2024-01-05,a\n")
    with pytest.raises(UsageError, match="classes have no zero"):
        read_panel(tmp_path / "d.csv", ReadSpec(Columns(target="y"), policy=Policy(gaps="zero")))


@pytest.mark.parametrize("values", ["0 0 0", "1 1", "0 1 2", "0 1 0.5", "2 3"])
def test_other_numbers_are_numbers(tmp_path, values):
    assert read(tmp_path, values.split()).target.classes == ()


def test_texts_of_a_named_target_are_classes_in_the_order_of_the_alphabet(tmp_path):
    panel = read(tmp_path, ["sun", " rain", "sun", "fog "])
    assert panel.target.classes == ("fog", "rain", "sun")
    assert panel.values.tolist() == [2, 1, 2, 0]


def test_texts_read_as_numbers_are_refused_with_what_predicts_classes(tmp_path):
    with pytest.raises(DataError, match='"sun" is not a number') as refused:
        read(tmp_path, ["sun", "rain"], ReadSpec(Columns(target="y"), target=Target()))
    assert refused.value.where == 'd.csv, line 2, column "y"'
    assert "forecast train" in refused.value.hint


def test_a_number_among_texts_is_no_class(tmp_path):
    with pytest.raises(DataError, match='"sun" is not a number') as refused:
        read(tmp_path, ["3", "4", "sun", "5"])
    assert refused.value.where == 'd.csv, line 4, column "y"'


def test_numbers_are_classes_where_they_are_requested(tmp_path):
    spec = ReadSpec(Columns(target="y"), target=Target("class"))
    panel = read(tmp_path, ["3", "10", "3", "4"], spec)
    assert panel.target.classes == ("10", "3", "4")


def test_zeros_and_ones_are_numbers_where_they_are_requested(tmp_path):
    spec = ReadSpec(Columns(target="y"), target=Target())
    assert read(tmp_path, ["0", "1", "1"], spec).target.classes == ()


def test_texts_called_numbers_are_refused_with_their_line(tmp_path):
    with pytest.raises(DataError, match='"sun" is not a number'):
        read(tmp_path, ["sun", "rain"], ReadSpec(Columns(target="y"), target=Target()))


def read_steps(tmp_path, values, spec):
    """The panel of a series of counted rows with these texts."""
    (tmp_path / "d.csv").write_text("\n".join(["step,y", *(f"{n},{v}" for n, v in enumerate(values)), ""]))
    return read_panel(tmp_path / "d.csv", spec).panel


ONE = (["sun"] * 3, "sun", "1 class", "classes are two words or more, and this column holds one")
MANY = (
    [f"c{n}" for n in range(101)],
    "c0",
    "101 classes",
    "classes are up to 100 words, and this column holds 101",
)


@pytest.mark.parametrize(("values", "first", "count", "why"), [ONE, MANY])
def test_one_word_and_more_than_a_hundred_are_no_numbers_and_no_classes(tmp_path, values, first, count, why):
    with pytest.raises(DataError, match=f'd.csv, line 2, column "y": "{first}" is not a number') as refused:
        read_steps(tmp_path, values, TARGET)
    assert refused.value.hint == f"{why}; name another with --target"
    with pytest.raises(DataError, match=f'column "y" holds {count}; a target has 2 to 100'):
        read_steps(tmp_path, values, ReadSpec(Columns(target="y"), target=Target("class")))


def test_words_that_hardly_repeat_are_no_classes(tmp_path):
    values = [f"note {chr(97 + n)}" for n in range(21)]
    with pytest.raises(DataError, match='line 2, column "y": "note a" is not a number') as refused:
        read_steps(tmp_path, [*values, *values[:20]], TARGET)
    assert refused.value.hint.startswith("classes repeat, and this column holds 21 words in 41 rows")
    assert len(read_steps(tmp_path, [*values, *values], TARGET).target.classes) == 21


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["5 kg", "3 g", "5 kg"], 'line 3, column "y": "3 g" has the unit "g"'),
        (["0x1F", "0x2A", "0x1F"], 'line 2, column "y": "0x1F" is not a number'),
    ],
)
def test_numbers_in_disguise_are_never_classes(tmp_path, values, message):
    with pytest.raises(DataError, match=message):
        read(tmp_path, [f'"{value}"' for value in values], TARGET)
    assert read(tmp_path, ["€ 5", "€ 6", "€ 5"], TARGET).values.tolist() == [5, 6, 5]


def test_a_row_without_a_class_repeats_the_last_one_and_is_not_observed(tmp_path):
    panel = read(tmp_path, ["sun", "rain", "", "sun"])
    assert panel.values.tolist() == [1, 0, 0, 1]
    assert panel.observed.tolist() == [True, True, False, True]


POLICIES = [
    Policy(gaps="interpolate"),
    Policy(missing="interpolate"),
    Policy(resample="mean"),
    Policy(duplicates="sum"),
    Policy(duplicates="mean"),
]


@pytest.mark.parametrize("policy", POLICIES)
def test_what_makes_values_between_two_classes_is_refused(tmp_path, policy):
    with pytest.raises(UsageError, match="classes cannot be added, averaged or interpolated"):
        read(tmp_path, ["sun", "rain", "sun"], ReadSpec(Columns(target="y"), policy=policy))
    with pytest.raises(UsageError, match="classes cannot be added"):
        read(tmp_path, ["0", "1", "1"], ReadSpec(Columns(target="y"), policy=policy, target=Target("class")))


@pytest.mark.parametrize("policy", POLICIES)
def test_zeros_and_ones_with_values_between_them_are_numbers(tmp_path, policy):
    assert read(tmp_path, ["0", "1", "1"], ReadSpec(Columns(target="y"), policy=policy)).target.classes == ()


@pytest.mark.parametrize("policy", POLICIES)
def test_a_model_of_classes_reads_no_values_between_them(tmp_path, policy):
    for names, values in ((("0", "1"), "0 1"), (("rain", "sun"), "sun rain")):
        spec = ReadSpec(Columns(target="y"), policy=policy, target=Target("class", names))
        with pytest.raises(UsageError, match="classes cannot be added"):
            read(tmp_path, values.split(), spec)


@pytest.mark.parametrize("duplicates", ["first", "last"])
def test_one_of_two_rows_of_a_time_can_be_taken(tmp_path, duplicates):
    spec = ReadSpec(Columns(target="y"), policy=Policy(duplicates=duplicates))
    (tmp_path / "d.csv").write_text(
        "date,y\n2024-01-01,sun\n2024-01-02,fog\n2024-01-02,rain\n2024-01-03,sun\n"
    )
    panel = read_panel(tmp_path / "d.csv", spec).panel
    assert [panel.target.classes[int(value)] for value in panel.values] == [
        "sun",
        {"first": "fog", "last": "rain"}[duplicates],
        "sun",
    ]


def test_a_wide_file_of_zeros_and_ones_is_one_of_numbers(tmp_path):
    (tmp_path / "w.csv").write_text("date,a,b\n2024-01-01,0,1\n2024-01-02,1,1\n2024-01-03,0,0\n")
    assert read_panel(tmp_path / "w.csv", ReadSpec(wide=True)).panel.target.classes == ()
    with pytest.raises(UsageError, match="columns of a wide file are numbers"):
        read_panel(tmp_path / "w.csv", ReadSpec(wide=True, target=Target("class")))


def test_the_classes_of_a_model_are_those_that_there_are(tmp_path):
    spec = ReadSpec(Columns(target="y"), target=Target("class", ("fog", "rain", "sun")))
    panel = read(tmp_path, ["sun", "sun", "rain"], spec)
    assert (panel.target.classes, panel.values.tolist()) == (("fog", "rain", "sun"), [2, 2, 1])
    with pytest.raises(DataError, match='"snow" is not one of the classes of the model') as refused:
        read(tmp_path, ["sun", "snow"], spec)
    assert refused.value.where == 'd.csv, line 3, column "y"'


def test_classes_that_look_like_events_are_read_as_they_were_learned(tmp_path):
    spec = ReadSpec(Columns(target="y"), target=Target("class", ("1.0", "2.0")))
    assert read(tmp_path, ["1.0", "1.0"], spec).values.tolist() == [0, 0]


def test_a_model_of_events_reads_rows_of_one_kind_alone(tmp_path):
    spec = ReadSpec(Columns(target="y"), target=Target("class", ("0", "1")))
    assert read(tmp_path, ["1", "1.0"], spec).values.tolist() == [1, 1]
    with pytest.raises(DataError, match='"2" is not one of the classes'):
        read(tmp_path, ["1", "2"], spec)


def test_data_without_any_class_are_refused_or_left_to_the_numbers(tmp_path):
    spec = ReadSpec(Columns(target="y"), target=Target("class", ("0", "1")))
    with pytest.raises(DataError):
        read(tmp_path, ["", ""], spec)
    assert np.isfinite(read(tmp_path, ["", "1"], spec).values).all()
