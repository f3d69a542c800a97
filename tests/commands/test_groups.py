"""The commands with a model for each group."""

import json
from pathlib import Path

import pytest


@pytest.fixture
def program(real_program):
    return real_program


def write(regions, shops=2, rows=60):
    lines = [
        f"{region},{region[0]}{shop},2025-{1 + row // 28:02}-{1 + row % 28:02},{10 * number + row % 7}"
        for number, region in enumerate(regions, start=1)
        for shop in range(shops)
        for row in range(rows)
    ]
    Path("sales.csv").write_text("\n".join(["region,shop,day,sold", *lines, ""]))


def test_groups_from_training_to_prediction(program):
    write(("north", "south"))
    code, out, err = program(
        "train", "sales.csv", "--per", "region", "--method", "naive", "--horizon", "2", "--gaps", "hold"
    )
    assert code == 0, err
    assert [line.split(",")[:4] for line in out.splitlines()] == [
        ["region", "series", "rows", "model"],
        ["north", "2", "126", "naive"],
        ["south", "2", "126", "naive"],
    ]
    assert "2 models, one for each region" in err
    code, shown, err = program("show", "sales.forecast")
    assert (code, shown) == (0, out)
    assert "sales.forecast#north" in err
    code, out, err = program("predict", "sales.csv", "--horizon", "1")
    assert code == 0, err
    assert [line.split(",")[0] for line in out.splitlines()] == ["shop", "n0", "n1", "s0", "s1"]
    code, out, _ = program("predict", "sales.csv", "--json", "--horizon", "1")
    found = json.loads(out)
    assert [group["value"] for group in found["groups"]] == ["north", "south"]
    assert found["per"] == "region"
    assert len(found["rows"]) == 4
    code, out, _ = program("predict", "--model", "sales.forecast#south", "--horizon", "1")
    assert [line.split(",")[0] for line in out.splitlines()] == ["shop", "s0", "s1"]
    code, _, err = program("evaluate", "sales.csv")
    assert code == 4
    assert "holds a model for each group" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--per region --sample 5", "not on a --sample"),
        ("--per region --dry-run", "--dry-run is for data that are read at once"),
        ("--sample 0", "sample must be between 1"),
        ("--average", "--average is for workers of a cluster"),
        ("--average --engine ray --per region", "one network at a time"),
    ],
)
def test_what_contradicts_itself_is_refused(program, words, message):
    write(("north",))
    code, _, err = program("train", "sales.csv", *words.split())
    assert code == 2
    assert message in err
