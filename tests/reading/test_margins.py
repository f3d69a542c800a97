"""What stands above and below the table of a file: titles, comments, units, totals, notes."""

import io

import pytest

from forecast.errors import DataError, UsageError
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, Notation, ReadSpec

DAYS = [f"2021-01-{day:02d}" for day in range(1, 7)]
ROWS = "".join(f"{day},{10 + index}\n" for index, day in enumerate(DAYS))
SEMICOLONS = ROWS.replace(",", ";")
VALUES = [10, 11, 12, 13, 14, 15]


def read(text, spec=None):
    return read_panel(io.BytesIO(text.encode()), spec or ReadSpec())


def skipped(lines, text):
    return f'{lines} above the header skipped: "{text}"'


def under(line, units):
    return f"line {line} under the header left out: {units}"


def end(line, text):
    return f'line {line} at the end left out: "{text}"'


def after(lines, text):
    return f'{lines} after the data skipped: "{text}"'


BANK = '"Konto:";"DE12 / Giro"\n"Von:";"01.01.2021"\n"Am 31.01.2021:";"1.234,56 EUR"\n\n"Buchungstag";"y"\n'

ABOVE = {
    "trends": ("Category: All\n\nday,gym\n" + ROWS, (skipped("line 1", "Category: All"),)),
    "blank lines": ("\n\nday,y\n" + ROWS, ()),
    "comments": ('# a, "b\n#\n# c\nday,y\n' + ROWS, (skipped("lines 1 to 3", "# a, b"),)),
    "names in a comment": ("# title, a\n# day,y\n" + ROWS, (skipped("line 1", "# title, a"),)),
    "names after one #": ("#day,y\n" + ROWS, ()),
    "sep": ("sep=;\nday;y\n" + SEMICOLONS, ("line 1 names the delimiter: sep=;",)),
    "sep, quoted": ('"sep=,"\r\nday,y\r\n' + ROWS, ('line 1 names the delimiter: "sep=,"',)),
    "sep and a title": (
        "sep=;\nSold\nday;y\n" + SEMICOLONS,
        ("line 1 names the delimiter: sep=;", skipped("line 2", "Sold")),
    ),
    "padded title": ("Sales report;\n;\nday;y\n" + SEMICOLONS, (skipped("lines 1 to 2", "Sales report"),)),
    "title with a comma": ("Sales, by day\nday,y\n" + ROWS, (skipped("line 1", "Sales, by day"),)),
    "keys and values": (
        "Station,Berlin\nElevation,34\nUnit,°C\nday,y\n" + ROWS,
        (skipped("lines 1 to 3", "Station,Berlin"),),
    ),
    "old FRED": ("Title: GDP\nUnits: Dollars\n\nday,y\n" + ROWS, (skipped("lines 1 to 2", "Title: GDP"),)),
    "a bank": (BANK + SEMICOLONS, (skipped("lines 1 to 3", "Konto:;DE12 / Giro"),)),
    "units": ("day,y\n,kWh\n" + ROWS, (under(2, '"kWh"'),)),
    "units and a pattern": ("day,y\nyyyy-mm-dd,°C\n" + ROWS, (under(2, '"yyyy-mm-dd", "°C"'),)),
    "facts under the names": (
        'Title,CPI\nCDID,D7BT\nRelease date,22-05-2024\n' + ROWS,
        (
            under(2, '"CDID", "D7BT"'),
            under(3, '"Release date", "22-05-2024"'),
        ),
    ),
    "numbers among the facts": (
        "Label,y\nidBank,001763852\nUpdated,15/01/2021\nPériode,\n" + ROWS,
        (under(2, '"idBank", "001763852"'), under(3, '"Updated", "15/01/2021"'), under(4, '"Période"')),
    ),
    "a delimiter after each row": ("day,y\n" + ROWS.replace("\n", ",\n"), ()),
    "a delimiter after the names": ("day,y,\n" + ROWS, ()),
    "comments among the rows": (
        "day,y\n# first\n" + ROWS.replace("2021-01-04", "# method B, new\n2021-01-04").replace(", new", ""),
        ("2 comments among the rows skipped (first: line 2)",),
    ),
    "names twice": (
        "day,y\n" + ROWS.replace("2021-01-04", "day,y\n2021-01-04"),
        ("line 5 left out: the names of the columns again",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ABOVE)
def test_what_is_above_the_rows_is_left_out_and_said(name):
    text, repairs = ABOVE[name]
    reading = read(text)
    assert (reading.panel.values.tolist(), reading.repairs) == (VALUES, repairs)
    assert reading.panel.frequency.text(reading.panel.times)[0] == "2021-01-01"


BELOW = {
    "total": ("Total,75\n", (end(8, "Total"),)),
    "total and mean": ("Total,75\nAverage,12.5\n", (end(8, "Total"), end(9, "Average"))),
    "sum in German": ("Summe:,75\n", (end(8, "Summe:"),)),
    "sum without a name": (",75\n", ('line 8 at the end left out: it has no "day"',)),
    "source": ("\nSource: World Bank\n", (after("line 9", "Source: World Bank"),)),
    "source with a comma": ("Source: World Bank, 2021\n", (end(8, "Source: World Bank"),)),
    "two notes": ("Note: p, q, r\nData of 2021\n", (after("lines 8 to 9", "Note: p"),)),
    "padded note": ("Last updated 2021-05-01,\n", (end(8, "Last updated 2021-05-01"),)),
    "comment": ("# end\n", ("1 comment among the rows skipped (first: line 8)",)),
}  # fmt: skip


@pytest.mark.parametrize("name", BELOW)
def test_what_is_below_the_rows_is_left_out_and_said(name):
    text, repairs = BELOW[name]
    reading = read("day,y\n" + ROWS + text)
    assert (reading.panel.values.tolist(), reading.repairs) == (VALUES, repairs)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("day,y\n2021-01-01,3\n2021-01-02,3,4\n2021-01-03,5\n", "line 3: 3 fields where the header has 2"),
        ("A title\nday,y\n2021-01-01,3\n2021-01-02,3,4\n", "line 4: 3 fields where the header on line 2"),
        ("day,y\n2021-01-01,3\nhere is a note\n2021-01-03,5\n", "line 3: 1 field where the header has 2"),
        ("day,shop,y\n2021-01-01,a,3\n2021-01-02,a,3\n2021-01-03,a\n", "line 4: 2 fields where"),
        ("shop,day,y\na,2021-01-01,3\na,2021-01-02,3\na,2021-01-03\n", "line 4: 2 fields where"),
        ("day,y\n2021-01-01,x\n2021-01-02,4\n2021-01-03,5\n", 'line 2, column "y": "x" is not a number'),
        ("day,y\n2021-01-01,3\nTotal,4\n2021-01-03,5\n", 'line 3, column "day": "Total" is not a time'),
        ("A title\n" + ROWS, "line 2: the first row holds values, not column names"),
        ("# A title\n" + ROWS, "line 2: the first row holds values, not column names"),
    ],
)  # fmt: skip
def test_what_is_wrong_among_the_rows_is_refused_with_its_line(text, message):
    with pytest.raises(DataError) as refused:
        read(text, ReadSpec(Columns(target="y")))
    assert message in str(refused.value)


def test_rows_of_one_column_are_no_titles_though_a_later_one_looks_like_a_number():
    with pytest.raises(DataError, match='line 2, column "chins situps": "5 16" is not a number') as refused:
        read("chins situps\n5 16\n13 210\n")
    assert refused.value.hint == 'if " " separates the fields, use --delimiter " "'


@pytest.mark.parametrize(
    ("text", "columns", "repairs"),
    [
        (
            "Genesis: 12\nIndex;;\n;;\n;Original;Trend\nMonat;2015=100;2015=100\n",
            Columns(target="Original", time="column 1"),
            (skipped("lines 1 to 3", "Genesis: 12"), under(5, '"Monat", "2015=100", "2015=100"')),
        ),
        (
            '"Unit";"$ Millions";"$ Millions"\n"Type";"Original";"Trend"\n"Frequency";"Month";"Month"\n',
            Columns(target="Original", time="Type"),
            (
                skipped("line 1", "Unit;$ Millions;$ Millions"),
                under(3, '"Frequency", "Month", "Month"'),
            ),
        ),
    ],
)
def test_of_several_rows_of_texts_the_one_without_repeats_holds_the_names(text, columns, repairs):
    rows = "".join(f"{day};{10 + index};7\n" for index, day in enumerate(DAYS))
    reading = read(text + rows, ReadSpec(Columns(target="Original")))
    assert (reading.panel.columns, reading.panel.values.tolist()) == (columns, VALUES)
    assert reading.repairs == repairs


def test_a_row_that_is_cut_short_at_the_end_is_no_note():
    with pytest.raises(DataError, match="line 6: 2 fields where the header has 3"):
        read("shop,day,y\na,2021-01-01,3\na,2021-01-02,3\nb,2021-01-01,3\nb,2021-01-02,3\nc,2021-01-01")


def test_errors_below_titles_and_units_name_the_line_in_the_file():
    with pytest.raises(DataError, match='data, line 9, column "y": "x" is not a number'):
        read("A title\n\nday,y\n,kWh\n" + ROWS.replace(",14", ",x"))


def test_the_line_of_the_header_can_be_given():
    text = "day,y\nTag,Menge\n" + ROWS
    assert read(text).panel.columns == Columns(target="y", time="day")
    second = read(text, ReadSpec(notation=Notation(header=2)))
    assert second.panel.columns == Columns(target="Menge", time="Tag")
    assert second.repairs == (skipped("line 1", "day,y"),)
    assert second.read.notation.header == 2


def test_a_title_with_a_quote_that_is_not_closed_is_skipped_where_the_header_is_given():
    text = '"Report of ACME\nday,y\n' + ROWS
    with pytest.raises(DataError, match="line 1: cannot be split into fields") as refused:
        read(text)
    assert "--header LINE skips those above the names" in refused.value.hint
    assert read(text, ReadSpec(notation=Notation(header=2))).panel.values.tolist() == VALUES


@pytest.mark.parametrize(("line", "message"), [(3, "line 3 is blank"), (90, "there is no line 90")])
def test_a_line_without_names_is_refused_as_header(line, message):
    with pytest.raises(DataError, match=message):
        read("a\nday,y\n\n" + ROWS, ReadSpec(notation=Notation(header=line)))


def test_the_first_line_is_the_lowest_header():
    with pytest.raises(UsageError, match="header must be between 1 and 1000, not 0"):
        Notation(header=0)


def test_ids_and_empty_values_at_the_end_stay():
    panel = read("shop,day,y\na,2021-01-01,3\na,2021-01-02,4\nTotal,2021-01-01,5\nTotal,2021-01-02,\n").panel
    assert (panel.ids, panel.values.tolist()) == (("Total", "a"), [5, 3, 4])


def test_a_wide_file_below_a_title_has_years_as_names():
    spec = ReadSpec(wide=True, columns=Columns(time="item"), targets=("2019", "2020"))
    reading = read("A title\nitem,2019,2020\n1,5,6\n2,7,8\n", spec)
    assert reading.panel.values.tolist() == [5, 7, 6, 8]
