"""`python -m desktop`: the fault handler first, then the command line, which opens the window by default."""

import faulthandler
import multiprocessing
import sys


def main() -> int:
    """Run the program; the exit status."""
    multiprocessing.freeze_support()
    if sys.stderr is not None:
        faulthandler.enable()
    from desktop.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
