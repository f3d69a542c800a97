"""The program: `forecast`, or `python -m forecast`."""

import os
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from forecast.cli import process

    # Before any slow import, so that Ctrl-C prints no traceback from the start.
    process.prepare()
    sys.exit(process.guarded(_run))


def _run() -> int:
    from forecast.app import run

    return run(sys.argv[1:])


def _remove_current_folder_from_path() -> None:
    # `python -m` puts the current folder first: a numpy.py in it would be imported.
    try:
        if not sys.flags.safe_path and sys.path[0] == os.getcwd():  # noqa: PTH109
            del sys.path[0]
    except FileNotFoundError:
        pass  # the current folder was removed, and is on no path


if __name__ == "__main__":
    _remove_current_folder_from_path()
    main()
