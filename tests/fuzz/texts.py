"""Bytes that look like data, made of what has broken readers of CSV."""

import gzip
from pathlib import Path
from random import Random

import numpy as np
from hypothesis import strategies as st

FOLDER = Path(__file__).parents[1] / "data" / "nasty"

NUMBERS = (
    *("0", "-0", "1", "2.5", "-3", "+4", "007", "1e3", "1e308", "-1.7976931348623157e308", "1e309"),
    *("5e-324", "1e-320", "9" * 18, "9" * 25, "9223372036854775808", "1000000000000001"),
    *("inf", "-inf", "nan", "NA", "-", "?", ".", "#DIV/0!", "", " ", "1_000", "0x1F", "12kg", "12%", "$5"),
    *(
        "1,5",
        "1.234",
        "1,234",
        "1.234,5",
        "1'234",
        "1 234",
        "1\u00a0234",
        "\u22125",
        "(12)",
        "1e",
        "e5",
        "--",
    ),
    *("1" + "0" * 400, "0." + "0" * 400 + "1", "\u0661\u0662", "\uff11", "\u00b2", "true"),
)
TIMES = (
    *("2019-01-31", "2019-02-29", "2020-02-29", "01/02/2020", "13/02/2020", "31.12.1999", "5/6/20"),
    *("2005Q1", "Q4 2019", "Jan 2019", "Sept 2019", "2019-W53", "2020-W53", "2019W01", "20190131", "201901"),
    *("1546300800", "1546300800000", "43466", "25000", "1500", "2262", "2999", "1677-09-20", "9999-12-31"),
    *("0001-01-01", "0000-01-01", "2019-01-01T24:00:00", "2019-01-01T23:59:60", "2019-03-31T02:30:00"),
    *("2019-01-01 00:00", "2019-01-01T00:00Z", "2019-01-01T00:00:00+02:00", "2019-01-01T00:00:00.5"),
    *("2019-01-01T00:00-14:00", "1969-12-31", "NaT", "", "0", "-1", "9" * 18, "-" + "9" * 18, "now", "today"),
)
IDS = (
    *("a", "b", "007", "7", "1", "1.0", "NA", "True", "nord ", " nord", "nörd", "日本", "\U0001f600", "=1+1"),
    *("[red]x[/]", ":smile:", "\x1b[31m", "\x9b1m", "\x07", "\u202e", "\ufeff", "\ufffe", "\x85", "\u2028"),
    *("\udcff", 'a"b', "a\nb", "a,b", "", "\x00", "\x1a", "\x0c", "'", "`", "\\", "{}", "%s", "x" * 300),
)
NAMES = (
    *("time", "date", "ds", "year", "month", "week", "id", "store", "y", "value", "sales", "tons", "", " "),
    *("1", "NA", "time", "y", "Date", "[bold]", "\x1b[0m", "\u202ey", "a b", 'q"q', "\ufeffdate"),
)
DELIMITERS = (",", ";", "\t", "|")
NEWLINES = ("\n", "\r\n", "\r", "\n\n", "\x0b", "\u2028")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1", "utf-32")
PIECES = (
    *(
        b'"',
        b'""',
        b",",
        b";",
        b"\t",
        b"|",
        b"\n",
        b"\r",
        b"\r\n",
        b"\0",
        b" ",
        b"\xa0",
        b"\xe9",
        b"\xc3\xa9",
    ),
    *(
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\x1f\x8b",
        b"PAR1",
        b"\x80",
        b"\xff",
        b"\x1a",
        b"\xd8\x00",
    ),
    *(text.encode("utf-8", "surrogateescape") for text in (*NUMBERS, *TIMES, *IDS)),
)


def _steps(kind: int, rows: int) -> list[str]:
    """Times that keep a step, written in one of the usual ways."""
    count = np.arange(rows)
    days = np.datetime64("2019-12-20") + count
    months = (np.datetime64("2018-11") + count).astype(str)
    quarters = [f"{2000 + step // 4}Q{step % 4 + 1}" for step in range(rows)]
    hours = (np.datetime64("2020-03-29T00:00:00") + count * np.timedelta64(3600, "s")).astype(str)
    weekdays = np.busday_offset("2020-01-01", count, roll="forward").astype(str)
    ends = (np.datetime64("2018-02") + count).astype("datetime64[D]") - np.timedelta64(1, "D")
    return [
        [str(step) for step in 1990 + count],
        days.astype(str).tolist(),
        months.tolist(),
        quarters,
        hours.tolist(),
        [f"{hour}+01:00" for hour in hours],
        weekdays.tolist(),
        ends.astype(str).tolist(),
        [str(step) for step in 3 * count],
        [f"{day[8:]}/{day[5:7]}/{day[:4]}" for day in days.astype(str)],
        [day.replace("-", "") for day in days.astype(str)],
        [str(1_600_000_000 + 3600 * step) for step in range(rows)],
        (np.datetime64("2019-12-20") + 7 * count).astype(str).tolist(),
    ][kind % 13]


def _quoted(text: str, delimiter: str, always: bool) -> str:
    special = always or any(sign in text for sign in (delimiter, '"', "\n", "\r"))
    return '"' + text.replace('"', '""') + '"' if special else text


def table(random: Random) -> bytes:
    """A table that would be read, in which some fields are another's, and some bytes."""
    rows = random.choice((1, 2, 3, 4, 6, 9, 14, 30))
    series = random.choice((1, 1, 1, 2, 3))
    delimiter = random.choice(DELIMITERS)
    times = _steps(random.randrange(13), rows)
    grid = [
        [id, time, f"{random.choice((1, -1, 1e3, 1e-9)) * random.random():.6g}"]
        for id in random.sample(IDS, series)
        for time in times
    ]
    _spoil(grid, random)
    if random.random() < 0.3:
        random.shuffle(grid)
    names = ["id", "date", "y"] if random.random() < 0.7 else random.sample(NAMES, 3)
    columns = [0, 1, 2] if series > 1 or random.random() < 0.2 else [1, 2]
    newline = "\n" if random.random() < 0.8 else random.choice(NEWLINES)
    always = random.random() < 0.2
    lines = [
        delimiter.join(_quoted(row[column], delimiter, always) for column in columns)
        for row in [names, *grid]
    ]
    text = newline.join(lines) + random.choice(("", newline, "\n\n"))
    return _wrapped(_encoded(text, random), random)


def _spoil(grid: list[list[str]], random: Random) -> None:
    for _ in range(random.choice((0, 0, 0, 1, 1, 2, 5))):
        row = random.choice(grid)
        place = random.randrange(3)
        row[place] = random.choice((IDS, TIMES, NUMBERS)[place])
    if random.random() < 0.2:
        del grid[random.randrange(len(grid)) :: random.choice((2, 3, 50))]
    if random.random() < 0.1:
        column, texts = random.choice(((1, TIMES), (2, NUMBERS), (2, NUMBERS)))
        text = random.choice(texts)
        for row in grid:
            row[column] = text if random.random() < 0.5 else random.choice(texts)


def _encoded(text: str, random: Random) -> bytes:
    encoding = "utf-8" if random.random() < 0.7 else random.choice(ENCODINGS)
    errors = "surrogatepass" if encoding.startswith("utf") else "replace"
    return text.encode(encoding, errors)


def _wrapped(content: bytes, random: Random) -> bytes:
    """Now and then a byte is another, a piece is put in, or all of it is packed."""
    changed = bytearray(content)
    for _ in range(random.choice((0, 0, 0, 0, 1, 2, 4))):
        place = random.randrange(len(changed) + 1)
        changed[place : place + random.choice((0, 0, 1, 5))] = random.choice(PIECES)
    if random.random() < 0.05:
        packed = bytearray(gzip.compress(bytes(changed), mtime=0))
        if random.random() < 0.5:
            packed[random.randrange(len(packed))] ^= 1 << random.randrange(8)
        return bytes(packed[: random.choice((len(packed), len(packed), len(packed) // 2))])
    return bytes(changed)


def soup(random: Random) -> bytes:
    """Pieces in any order."""
    usual = (b",", b"\n", b"1", b"2019-01-01")
    return b"".join(random.choice(random.choice((PIECES, usual))) for _ in range(random.randrange(40)))


REAL = [path.read_bytes()[:3000] for path in sorted(FOLDER.iterdir()) if path.suffix != ".md"]


def mutated_file(random: Random) -> bytes:
    """A real file, cut, spliced with another and spoilt."""
    return mutated(random.choice(REAL), random)


def mutated(original: bytes, random: Random) -> bytes:
    """The bytes with pieces put in place of others."""
    content = bytearray(original)
    for _ in range(random.choice((1, 1, 2, 4, 8))):
        place, length = random.randrange(len(content) + 1), random.choice((0, 1, 2, 30))
        other = random.choice(REAL)
        start = random.randrange(len(other) + 1)
        piece = random.choice((random.choice(PIECES), other[start : start + random.choice((1, 20, 200))]))
        content[place : place + length] = piece
    return bytes(content)


def source(random: Random) -> bytes:
    """Bytes to read, most of them nearly right."""
    return random.choice((table, table, table, mutated_file, soup))(random)


SOURCES = st.one_of(st.randoms(use_true_random=False).map(source), st.binary(max_size=200))
"""Bytes to read, most of them nearly right."""
