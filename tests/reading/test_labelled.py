from dataclasses import replace

import numpy as np
import pytest

from forecast.diagnostics.clean import clean_table
from forecast.errors import DataError, UsageError
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, Policy, ReadSpec, Target

COLUMNS = Columns("intent", series="s", past=("word",))
ASKED = ReadSpec(COLUMNS, target=Target("label"))


def read(tmp_path, text, spec=ASKED):
    (tmp_path / "d.csv").write_text(text)
    return read_panel(tmp_path / "d.csv", spec)


def words(panel):
    """The words of each series."""
    names = (*panel.covariates.vocabularies[0], "?")
    codes = np.nan_to_num(panel.covariates.past[:, 0], nan=len(names) - 1).astype(int)
    return {
        id: " ".join(names[code] for code in codes[first:last])
        for id, first, last in zip(panel.ids, panel.bounds, panel.bounds[1:], strict=False)
    }


def labels(panel):
    return {
        id: panel.target.classes[int(panel.values[last - 1])]
        for id, last in zip(panel.ids, panel.bounds[1:], strict=True)
    }


def test_rows_of_one_id_are_one_series_in_the_order_of_the_data(tmp_path):
    panel = read(tmp_path, "s,word,intent\n1,wake,alarm\n2,play,music\n1,me,alarm\n2,jazz,music\n").panel
    assert words(panel) == {"1": "wake me", "2": "play jazz"}
    assert labels(panel) == {"1": "alarm", "2": "music"}
    assert panel.target.classes == ("alarm", "music")
    assert panel.times.tolist() == [1, 2, 1, 2]


@pytest.mark.parametrize("rows", ["1,wake,alarm\n1,me,\n1,up,\n", "1,wake,\n1,me,\n1,up,alarm\n"])
def test_a_label_is_given_once_or_in_every_row(tmp_path, rows):
    every = "1,wake,alarm\n1,me,alarm\n1,up,alarm\n"
    rest = "2,play,music\n"
    once = read(tmp_path, f"s,word,intent\n{rows}{rest}").panel
    expected = read(tmp_path, f"s,word,intent\n{every}{rest}").panel
    assert labels(once) == labels(expected) == {"1": "alarm", "2": "music"}
    assert once.values.tolist() == expected.values.tolist()


def test_two_labels_of_a_series_are_refused_with_the_line_of_the_second(tmp_path):
    with pytest.raises(DataError, match='series "1" has another label before "music"') as refused:
        read(tmp_path, "s,word,intent\n2,play,music\n1,wake,alarm\n1,me,\n1,up,music\n")
    assert refused.value.where == 'd.csv, line 5, column "intent"'


def test_series_without_a_label_are_left_out_of_a_training_by_name(tmp_path):
    reading = read(tmp_path, "s,word,intent\n1,wake,alarm\n2,play,\n2,jazz,\n3,play,music\n")
    assert reading.panel.ids == ("1", "3")
    assert [(each.id, each.reason) for each in reading.skipped] == [("2", "no row has a label")]
    assert words(reading.panel) == {"1": "wake", "3": "play"}


def test_a_model_reads_series_without_a_label_and_files_without_its_column(tmp_path):
    spec = ReadSpec(replace(COLUMNS, categorical=("word",)), target=Target("label", ("alarm", "music")))
    for text in ("s,word,intent\n1,wake,\n2,play,music\n", "s,word\n1,wake\n2,play\n"):
        panel = read(tmp_path, text, spec).panel
        assert words(panel) == {"1": "wake", "2": "play"}
        assert not panel.observed[0]


def test_a_label_that_no_model_knows_is_refused_with_its_line(tmp_path):
    spec = ReadSpec(COLUMNS, target=Target("label", ("alarm", "music")))
    with pytest.raises(DataError, match='"food" is not one of the classes of the model') as refused:
        read(tmp_path, "s,word,intent\n1,wake,\n2,cook,food\n", spec)
    assert refused.value.where == 'd.csv, line 3, column "intent"'


def test_a_time_column_gives_the_order_and_ties_keep_that_of_the_data(tmp_path):
    text = "s,n,word,intent\n1,2,me,alarm\n1,3,up,alarm\n1,1,wake,alarm\n2,1,play,music\n2,1,jazz,music\n"
    panel = read(
        tmp_path,
        text,
        ReadSpec(Columns("intent", series="s", time="n", past=("word",)), target=Target("label")),
    ).panel
    assert words(panel) == {"1": "wake me up", "2": "play jazz"}
    dated = text.replace(",1,", ",2024-01-01,").replace(",2,", ",2024-01-02,").replace(",3,", ",2024-01-03,")
    spec = ReadSpec(Columns("intent", series="s", time="n", past=("word",)), target=Target("label"))
    assert words(read(tmp_path, dated, spec).panel) == words(panel)


def test_a_missing_word_repeats_the_one_before_it_and_is_reported(tmp_path):
    reading = read(tmp_path, "s,word,intent\n1,wake,alarm\n1,,alarm\n2,play,music\n")
    assert words(reading.panel)["1"] == "wake wake"
    assert any("word" in repair for repair in reading.repairs)


def test_numbers_besides_words_are_read_too(tmp_path):
    spec = ReadSpec(
        Columns("intent", series="s", past=("word", "loud"), static=("age",)), target=Target("label")
    )
    text = "s,word,loud,age,intent\n1,wake,2.5,30,alarm\n1,me,3,30,alarm\n2,play,1,40,music\n"
    covariates = read(tmp_path, text, spec).panel.covariates
    assert covariates.past[:, 1].tolist() == [2.5, 3, 1]
    assert covariates.static.tolist() == [[30], [40]]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (replace(COLUMNS, series=None), "--label needs --id and --past"),
        (replace(COLUMNS, past=()), "--label needs --id and --past"),
        (replace(COLUMNS, known=("x",)), "--label and --known do not go"),
        (replace(COLUMNS, season="x"), "--label and --season do not go"),
    ],
)
def test_options_that_do_not_go_with_a_label_are_wrong_use(tmp_path, columns, expected):
    with pytest.raises(UsageError, match=expected):
        read(tmp_path, "s,word,x,intent\n1,wake,1,alarm\n2,play,2,music\n", replace(ASKED, columns=columns))


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ({"wide": True}, "--wide"),
        ({"frequency": "day"}, "--freq"),
        ({"policy": Policy(resample="sum")}, "--resample"),
    ],
)
def test_a_label_has_no_clock_and_is_no_number(tmp_path, option, expected):
    with pytest.raises(UsageError, match=f"--label and {expected} do not go together"):
        read(
            tmp_path,
            "s,word,intent\n1,wake,alarm\n2,play,music\n",
            replace(ASKED, **option),
        )


@pytest.mark.parametrize(
    "parts", [{"past": ("intent",)}, {"past": ("s",)}, {"past": ("word",), "time": "word"}]
)
def test_no_column_plays_two_parts(tmp_path, parts):
    columns = Columns("intent", **{"series": "s", **parts})
    with pytest.raises(DataError, match="cannot be both"):
        read(tmp_path, "s,word,intent\n1,wake,alarm\n2,play,music\n", replace(ASKED, columns=columns))


def test_a_misspelt_label_is_refused_with_the_nearest(tmp_path):
    columns = replace(COLUMNS, target="intend")
    with pytest.raises(DataError, match='there is no column "intend"') as refused:
        read(tmp_path, "s,word,intent\n1,wake,alarm\n2,play,music\n", replace(ASKED, columns=columns))
    assert 'did you mean "intent"?' in refused.value.hint


def test_one_label_for_all_is_refused(tmp_path):
    with pytest.raises(DataError, match='column "intent" holds 1 class;'):
        read(tmp_path, "s,word,intent\n1,wake,alarm\n2,play,alarm\n")


def test_the_repaired_file_is_read_as_the_same_panel(tmp_path):
    panel = read(tmp_path, "s,word,intent\n2,play,\n1,wake,alarm\n2,jazz,music\n1,,\n").panel
    table = clean_table(panel)
    assert list(table) == ["s", "intent", "word"]
    lines = [
        ",".join("" if cell is None else str(cell) for cell in row)
        for row in zip(*table.values(), strict=True)
    ]
    again = read(tmp_path, "\n".join([",".join(table), *lines, ""])).panel
    assert (words(again), labels(again)) == (words(panel), labels(panel))


def test_a_model_counts_the_rows_of_dated_series_too(tmp_path):
    read_spec = ReadSpec(Columns("intent", series="s", time="day", past=("word",)), target=Target("label"))
    text = "s,day,word,intent\n1,2024-01-02,up,alarm\n1,2024-01-01,wake,\n2,2024-01-01,play,music\n"
    reading = read(tmp_path, text, read_spec)
    (tmp_path / "new.csv").write_text(text)
    again = read_panel(tmp_path / "new.csv", reading.read, frequency=reading.panel.frequency)
    assert words(again.panel) == words(reading.panel) == {"1": "wake up", "2": "play"}
