"""The verbs: check, train, predict, evaluate. Read, call, save; nothing is printed here."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from forecast import __version__
from forecast.data.panel import Floats, Integers, Panel
from forecast.data.reading import Reading, Source, read_panel
from forecast.data.results import Card, Forecast, ModelCard, Scores
from forecast.errors import DataError, ModelError
from forecast.events import Decided, Listener, Noted, Warned, ignore
from forecast.evaluation.backtest import Fold, Origins, backtest, cuts, score
from forecast.evaluation.verdict import OneStep, judge
from forecast.forecasters import modelfile
from forecast.forecasters.baselines import BASELINES, baseline, default_baselines
from forecast.forecasters.calibration import Calibration, achieved, calibrate
from forecast.forecasters.protocol import Forecaster
from forecast.forecasters.recurrent import RecurrentForecaster
from forecast.planning import Plan, TrainRequest, plan

if TYPE_CHECKING:
    from forecast.network.fit import Trainer
