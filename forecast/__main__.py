"""The program: `forecast`, or `python -m forecast`."""

import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from forecast.cli import process

    # Before anything slow is imported, so that Ctrl-C is quiet from the start.
    process.prepare()
    sys.exit(process.guarded(_run))


def _run() -> int:
    from forecast.app import run

    return run(sys.argv[1:])


def _leave_current_folder_alone() -> None:
    # `python -m` puts the current folder first: a numpy.py there would be imported.
    try:
        if not sys.flags.safe_path and sys.path[0] == os.getcwd():  # noqa: PTH109
            del sys.path[0]
    except FileNotFoundError:
        pass  # a folder that was removed is on no path


if __name__ == "__main__":
    _leave_current_folder_alone()
    main()
