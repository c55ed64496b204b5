"""`python -m tests.nightly [machine|fuzz|counties|kills|long …] [--scale S]`: exit 1 at the first failure. Seeds are new each time
and are told, so that a failure can be played again."""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

EXAMPLES, DAMAGED, COUNTIES, KILLS = 5_000, 100_000, 2_844, 250
LONGEST_READ = 1.0
"""Seconds one damaged bundle may take to be refused."""


def machine(scale: float, _seed: int) -> str:
    """The state machines of the exchange, with random histories."""
    from tests.sync.test_machine import CopiedFromTheStart, Exchange

    count = max(1, int(EXAMPLES * scale / 2))
    chosen = settings(max_examples=count, stateful_step_count=20, deadline=None, database=None, print_blob=True,
                      suppress_health_check=list(HealthCheck), phases=(Phase.generate,))  # fmt: skip
    for kind in (Exchange, CopiedFromTheStart):
        run_state_machine_as_test(kind, settings=chosen)
    return f"{2 * count} 段历史，没有违反不变量"


def fuzz(scale: float, seed: int) -> str:
    """Damaged bundles and unit files: each is read whole as it was, or refused with a sentence, and soon."""
    from desktop.domain.errors import Refusal
    from desktop.sync import container, enrolment
    from tests.sync.world import FOLDER, ONE, World, found_template

    draw = random.Random(seed)
    template = Path(tempfile.mkdtemp(dir=FOLDER))
    found_template(template)
    world = World(template)
    world.add(world.nodes[ONE], "第一")
    bundle = world.make(world.nodes[ONE], world.nodes["bureau"].organisation).read_bytes()
    (path := world.folder / "damaged").write_bytes(bundle)
    intact = container.read(path)
    unit = (template / "one.json").read_bytes()
    slowest, count, refused = 0.0, max(1, int(DAMAGED * scale)), 0
    for number in range(count):
        whole = unit if number % 10 == 0 else bundle
        path.write_bytes(_damaged(draw, whole))
        begin = time.perf_counter()
        try:
            if whole is unit:
                enrolment.read_unit_file(path)
            else:
                found = container.read(path)
                same = (found.body, found.signature, found.files) == (intact.body, intact.signature, intact.files)
                assert same, "a damaged bundle was read as another"
        except Refusal:
            refused += 1
        slowest = max(slowest, time.perf_counter() - begin)
        assert slowest < LONGEST_READ, f"one reading took {slowest:.1f} s"
    world.close()
    shutil.rmtree(template)
    return f"{count} 个损坏的文件，拒收 {refused} 个，最慢 {slowest * 1000:.0f} 毫秒"


def _damaged(draw: random.Random, whole: bytes) -> bytes:
    content = bytearray(whole)
    for _ in range(draw.randint(1, 4)):
        at, length = draw.randrange(len(content)), draw.randint(1, 40)
        match draw.randrange(5):
            case 0:
                content[at] ^= 1 << draw.randrange(8)
            case 1:
                del content[at : at + length]
            case 2:
                content[at:at] = draw.randbytes(length)
            case 3:
                other = draw.randrange(len(content))
                content[at : at + length] = content[other : other + length]
            case _:
                del content[max(1, at) :]
        if not content:
            content = bytearray(b"\0")
    return bytes(content)


def counties(scale: float, _seed: int) -> str:
    """Every county's first bundle into one bureau: the time of each stays flat."""
    from tests.benchmarks.bundles import _counties

    values = _counties(max(20, int(COUNTIES * scale)))
    failed = [value.name for value in values if not value.ok]
    assert not failed or scale * COUNTIES < 100, failed  # the medians of a few bundles say nothing
    return "；".join(f"{value.name} {value.value:.3f} {value.unit}" for value in values)


def kills(scale: float, seed: int) -> str:
    """Each step killed at many moments: whole or absent, and done again it is whole."""
    from tests.sync.killing import STEPS, Scene
    from tests.sync.world import FOLDER, World, found_template

    template = Path(tempfile.mkdtemp(dir=FOLDER))
    found_template(template)
    world = World(template)
    scene, each, finished = Scene(world), max(1, round(KILLS * scale / len(STEPS))), 0
    for word in STEPS:
        for number in range(each):
            folder = Path(tempfile.mkdtemp(dir=FOLDER))
            finished += scene.kill(word, folder, seed + number)
            shutil.rmtree(folder)
    world.close()
    shutil.rmtree(template)
    return f"{each * len(STEPS)} 次断电（{'、'.join(STEPS)}），其中 {finished} 次已经做完；每次都完整或如初，重做后完整"


def long(scale: float, seed: int) -> str:
    """Many offices over a working year."""
    from tests.nightly.long_run import LongRun

    return LongRun(scale, seed).run()


SUBJECTS: dict[str, Callable[[float, int], str]] = {
    "machine": machine, "fuzz": fuzz, "counties": counties, "kills": kills, "long": long,
}  # fmt: skip


def main() -> int:
    """Run the subjects asked for, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.nightly", description="长时间的检验")
    parser.add_argument("subjects", nargs="*", metavar="|".join(SUBJECTS), help="不写则全部")
    parser.add_argument("--scale", type=float, default=1.0, help="规模，1 为全量")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parsed = parser.parse_args()
    if unknown := set(parsed.subjects) - SUBJECTS.keys():
        parser.error(f"没有 {'、'.join(sorted(unknown))}，可选 {'、'.join(SUBJECTS)}")
    for subject in parsed.subjects or SUBJECTS:
        begin = time.time()
        told = SUBJECTS[subject](parsed.scale, parsed.seed)
        print(f"{subject}\t{told}\t{time.time() - begin:.0f} 秒（种子 {parsed.seed}）", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
