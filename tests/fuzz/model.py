"""Coverage-guided fuzzing of the model opener: `python -m tests.fuzz.model FOLDER`, see README.md here."""

import sys
import tempfile
import warnings
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["forecast"]):
    from tests.forgery import fields_of, tensors_of
    from tests.fuzz.models import forged
    from tests.fuzz.promises import opens_or_refuses


def mutate(content: bytes, most: int, seed: int) -> bytes:
    """Another input: by libFuzzer's own changes, or by other fields and tensors under a right digest."""
    if seed % 4:
        try:
            return forged(fields_of(content), tensors_of(content), Random(seed))[:most]
        except Exception:  # no model any more
            pass
    return bytes(atheris.Mutate(content, most))


if __name__ == "__main__":
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.forecast"
        atheris.Setup(sys.argv, lambda content: opens_or_refuses(content, path), custom_mutator=mutate)
        atheris.Fuzz()
