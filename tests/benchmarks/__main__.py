"""`python -m tests.benchmarks [subject …] [--json]`: exit 1 if a binding limit is not kept."""

import argparse
import importlib
import sys

from tests.benchmarks.measure import Value, as_json, tell

SUBJECTS = ("start", "ledger", "grid", "search", "sync", "bundles", "catalogue", "heartbeat")


def main() -> int:
    """Measure the subjects asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="与基准对照的速度")
    parser.add_argument("subjects", nargs="*", metavar="|".join(SUBJECTS), help="不写则全部")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parsed = parser.parse_args()
    if unknown := set(parsed.subjects) - set(SUBJECTS):
        parser.error(f"没有 {'、'.join(sorted(unknown))}，可选 {'、'.join(SUBJECTS)}")
    found: list[tuple[str, Value]] = []
    for subject in dict.fromkeys(parsed.subjects or SUBJECTS):
        values: list[Value] = importlib.import_module(f"tests.benchmarks.{subject}").measure()
        found.extend((subject, value) for value in values)
        if not parsed.json:
            tell(subject, values)
    if parsed.json:
        print(as_json(found))
    return 0 if all(value.kept for _, value in found) else 1


if __name__ == "__main__":
    sys.exit(main())
