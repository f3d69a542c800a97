import re
from pathlib import Path

import pytest

from forecast.errors import DataError
from forecast.reading.reader import read_panel
from forecast.spec.reading import Columns, ReadSpec

FOLDER = Path(__file__).parents[1] / "data" / "nasty"
DOCS = (Path(__file__).parents[2] / "docs" / "input.md").read_text(encoding="utf-8")

READ = {
    "made_semicolon_decimal_comma_latin1.csv": (40, "1985", 2.0, "2024", 3.36, "yearly"),
    "made_tab_utf16_bom.csv": (40, "1985", 2_000_000, "2024", 3_359_587, "yearly"),
    "made_thousands_comma_quoted.csv": (40, "1985", 2_000_000, "2024", 3_359_587, "yearly"),
    "messytables_simple.ssv": (6, "2011-01-01", 6, "2011-01-03", 0, "daily"),
    "series_monthly-milk-incomplete.csv": (168, "1962-01", 589, "1975-12", 843, "monthly"),
    "series_us_dates_newest_first_us_gasoline.csv": (1578, "1991-02-08", 6621, "2021-04-30", 8864, "weekly"),
    "messytables_mixedGLB.csv": (1589, "1880-01", -43, "2012-05", 61, "monthly"),
    "series_wide_months_elnino.csv": (732, "1950-01", 23.11, "2010-12", 22.07, "monthly"),
}

NO_TIME = "no column looks like times"
REFUSED = {
    "csvkit_bad.csv": "line 2: 4 fields where the header has 3",
    "csvkit_blanks.csv": NO_TIME,
    "csvkit_date_like_number.csv": "one row per series",
    "csvkit_dummy.csv.gz": NO_TIME,
    "csvkit_dummy.tsv": NO_TIME,
    "csvkit_mac_newlines.csv": NO_TIME,
    "csvkit_no_header_row.csv": "line 1: the first row holds values",
    "csvkit_null_byte.csv": "line 2: holds a NUL byte",
    "csvkit_sort_ints_nulls.csv": NO_TIME,
    "csvkit_test_latin1.csv": NO_TIME,
    "csvkit_test_locale.csv": NO_TIME,
    "csvkit_test_skip_lines.csv": NO_TIME,
    "csvkit_test_utf16_little.csv": NO_TIME,
    "csvkit_test_utf8_bom.csv": NO_TIME,
    "messytables_begrotingsanalyse-2011.csv": NO_TIME,
    "messytables_null.csv": "line 1: the first row holds values",
    "messytables_utf-16le_encoded.csv": "several columns could be the target",
    "messytables_utf8bom.csv": "has a header and no rows",
    "series_header_one_short_co2-mm-mlo.csv": "line 2: 7 fields where the header has 6",
    "spectrum_comma_in_quotes.csv": NO_TIME,
    "spectrum_empty.csv": NO_TIME,
    "spectrum_empty_crlf.csv": NO_TIME,
    "spectrum_escaped_quotes.csv": NO_TIME,
    "spectrum_json.csv": NO_TIME,
    "spectrum_location_coordinates.csv": NO_TIME,
    "spectrum_newlines.csv": "several columns",
    "spectrum_newlines_crlf.csv": "several columns",
    "spectrum_quotes_and_newlines.csv": NO_TIME,
    "spectrum_simple.csv": NO_TIME,
    "spectrum_simple_crlf.csv": NO_TIME,
    "spectrum_utf8.csv": NO_TIME,
}


def test_every_nasty_file_has_a_verdict():
    assert {path.name for path in FOLDER.iterdir()} - {"SOURCES.md"} == set(READ) | set(REFUSED)


@pytest.mark.parametrize("name", READ)
def test_a_nasty_file_is_read_right(name):
    panel = read_panel(FOLDER / name).panel
    first, last = panel.frequency.text(panel.times[[0, -1]])
    found = (len(panel.values), first, panel.values[0], last, panel.values[-1], panel.frequency.adjective)
    assert found == READ[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_nasty_file_is_refused_with_the_reason(name):
    with pytest.raises(DataError) as refused:
        read_panel(FOLDER / name)
    assert REFUSED[name] in str(refused.value)
    assert name in str(refused.value)


def test_one_month_column_of_a_wide_file_can_be_named():
    panel = read_panel(FOLDER / "series_wide_months_elnino.csv", ReadSpec(Columns(target="JUL"))).panel
    assert (len(panel.values), panel.times[0], panel.values[0]) == (61, 1950, 20.63)


def test_the_months_of_a_wide_file_can_be_twelve_series():
    panel = read_panel(FOLDER / "series_wide_months_elnino.csv", ReadSpec(wide=True)).panel
    assert panel.ids[:3] == ("APR", "AUG", "DEC")
    assert panel.lengths.tolist() == [61] * 12
    assert panel[panel.ids.index("JUL")].values[0] == 20.63


@pytest.mark.parametrize("name", [*READ, *REFUSED])
def test_the_documentation_says_what_becomes_of_a_nasty_file(name):
    verdict = "read" if name in READ else "refused"
    assert re.search(rf"^\| `{re.escape(name)}` \| [^|]+ \| {verdict}[ ,:]", DOCS, re.MULTILINE)


def test_the_missing_months_of_milk_are_filled_from_the_year_before_and_reported():
    reading = read_panel(FOLDER / "series_monthly-milk-incomplete.csv")
    filled = (~reading.panel.observed).nonzero()[0]
    assert len(filled) == 13
    assert (reading.panel.values[filled] == reading.panel.values[filled - 12]).all()
    assert reading.repairs == (
        "8 gaps of 13 rows filled with the value one season earlier (first: 1963-09, before line 22)",
    )


def test_latin_1_is_read_and_reported():
    reading = read_panel(FOLDER / "made_semicolon_decimal_comma_latin1.csv")
    assert reading.panel.columns == Columns(target="Récolte (Mt)", time="Année")
    assert reading.repairs == ("not UTF-8 (first on line 1): read as cp1252 (Latin-1)",)
    assert [guess[:2] for guess in reading.guesses] == [
        ("delimiter", ";"),
        ("decimal", ","),
        ("time", "Année"),
        ("target", "Récolte (Mt)"),
    ]
