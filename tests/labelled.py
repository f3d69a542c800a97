"""Small files of events, classes and sentences, with something to be learned in each."""

import numpy as np

from forecast.spec.model import ModelSpec, NetworkSpec, WindowSpec
from forecast.spec.reading import Target

SKY = ("fog", "rain", "sun")

WORDS = {
    "alarm": ("wake", "ring", "six"),
    "music": ("play", "song", "loud"),
}
BETWEEN = ("me", "the", "please", "now")


def days(rows: int, *, seed: int = 0) -> list[int]:
    """Indices of three classes, each of which mostly lasts for some days."""
    random = np.random.default_rng(seed)
    found = [0]
    for _ in range(rows - 1):
        found.append(int(random.integers(3)) if random.random() < 0.3 else found[-1])
    return found


def events_csv(rows: int = 120) -> str:
    """Days with a 0/1 event, and a numeric covariate."""
    lines = [f"{date},{int(sky == 1)},{sky * 1.5}" for date, sky in zip(dates(rows), days(rows), strict=True)]
    return "\n".join(["date,rain,cloud", *lines, ""])


def sky_csv(rows: int = 120) -> str:
    """Days of three classes."""
    lines = [f"{date},{SKY[sky]}" for date, sky in zip(dates(rows), days(rows), strict=True)]
    return "\n".join(["date,sky", *lines, ""])


def dates(rows: int) -> list[str]:
    return (np.datetime64("2024-01-01") + np.arange(rows)).astype(str).tolist()


def sentences_csv(count: int = 40, *, labelled: bool = True, seed: int = 0) -> str:
    """A word a row; one word of each sentence tells its label."""
    random = np.random.default_rng(seed)
    lines = ["sentence,word,intent" if labelled else "sentence,word"]
    for number in range(count):
        label = ("alarm", "music")[number % 2]
        words = [str(random.choice(BETWEEN)) for _ in range(random.integers(1, 4))]
        words.insert(int(random.integers(len(words) + 1)), str(random.choice(WORDS[label])))
        end = f",{label}" if labelled else ""
        lines += [f"s{number:03},{word}{end}" for word in words]
    return "\n".join([*lines, ""])


def rows_spec(
    cell: str = "gru", *, horizon: int = 2, season: int = 1, units: tuple[int, ...] = (4,)
) -> ModelSpec:
    """A network that tells of three classes in the next rows."""
    return ModelSpec(WindowSpec(5, horizon), NetworkSpec(cell, units), season, target=Target("class", SKY))
