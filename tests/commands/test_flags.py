"""The options that a model keeps are those that make its request again."""

from pathlib import Path

import pytest

from forecast.spec.flags import flags_of
from forecast.spec.training import TrainRequest

COMMANDS = [
    "",
    "--target sold --time year --time month --id store --id item --horizon 14 --seed 3",
    "--wide --target a --target b --freq monthly",
    "--label intent",
    "--target=-x --past price --known promo --known day --static size --categorical store --task value",
    "--delimiter ; --encoding cp1252 --decimal , --thousands . --date-format %d.%m.%Y --header 3",
    "--missing-mark=-99 --missing-mark n/a --gaps hold --missing zero",
    "--duplicates sum --resample mean --strict",
    "--season 7,365.25",
    "--season 12",
    "--season 1",
    "--season 365.25",
    "--season cycle",
    "--window 24 --cell lstm --units 64,32 --dropout 0.1 --ensemble 3 --from scratch --epochs 7",
    "--tune window --batch-size 16 --learning-rate 0.0005 --clip 0.5 --patience 9 --device cpu --backtests 4",
    "--level 95 --min 0 --max 1e+06 --integer --statistic mean --calendar --holidays FR --combine none",
    "--no-integer --quick --method theta --from old.forecast",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_options_become_a_request_and_the_request_the_same_options(forecast_program, workflow, command):
    Path("data.csv").write_text("year,tons\n2001,3\n")
    words = command.split(" ") if command else []
    code, _, err = forecast_program("train", "data.csv", *words)
    assert code == 0, err
    request = workflow.calls[-1][2]
    again = flags_of(request)
    assert sorted(again) == sorted(words)
    assert forecast_program("train", "data.csv", *again)[0] == 0
    assert workflow.calls[-1][2] == request


def test_the_time_that_it_may_take_is_no_option_of_the_result():
    assert flags_of(TrainRequest(max_time=30.0)) == ()
