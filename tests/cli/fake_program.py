"""The real program over a fake workflow, as a process: `python -m tests.cli.fake_program predict`."""

import os
import sys

import forecast
from forecast.__main__ import main
from tests.cli import fakes

fake = fakes.workflow()
if rows := os.environ.get("FAKE_SERIES"):
    fake.forecast = lambda **options: fakes.forecast(series=int(rows), **options)
if os.environ.get("FAKE_SLEEP"):
    fake.train = fakes.sleeping_train
if os.environ.get("FAKE_BUG"):
    fake.load = lambda _: 1 / 0
sys.modules["forecast.workflow"] = fake
forecast.workflow = fake
main()
