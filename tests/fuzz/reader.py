"""Coverage-guided fuzzing of the reader: `python -m tests.fuzz.reader FOLDER`, see README.md here."""

import sys
import warnings
from random import Random

import atheris

with atheris.instrument_imports(include=["forecast"]):
    from tests.fuzz.promises import reads_or_refuses
    from tests.fuzz.texts import mutated


def mutate(content: bytes, most: int, seed: int) -> bytes:
    """Another input: by libFuzzer's own changes, or by pieces that have broken readers."""
    if seed % 2:
        return bytes(atheris.Mutate(content, most))
    return mutated(content, Random(seed))[:most]


if __name__ == "__main__":
    warnings.simplefilter("error")
    atheris.Setup(sys.argv, reads_or_refuses, custom_mutator=mutate)
    atheris.Fuzz()
