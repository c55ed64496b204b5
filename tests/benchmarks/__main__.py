"""`python -m tests.benchmarks start|ledger|sync [--json]`: exit 1 if a limit is not kept."""

import argparse
import importlib
import sys

from tests.benchmarks.measure import told

SUBJECTS = ("start", "ledger", "sync")


def main() -> int:
    """Measure the subjects asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="与基准对照的速度")
    parser.add_argument("subjects", nargs="*", choices=(*SUBJECTS, []), help="不写则全部")
    parser.add_argument("--json", action="store_true")
    parsed = parser.parse_args()
    kept = True
    for subject in parsed.subjects or SUBJECTS:
        values = importlib.import_module(f"tests.benchmarks.{subject}").measure()
        kept = told(values, as_json=parsed.json) and kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
