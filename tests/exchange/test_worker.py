"""The process for files: it answers, refuses, tells steps, is stopped at once, dies without taking anything along."""

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.app.job import Job
from desktop.domain.errors import Cancelled, EnvironmentFault, Refusal
from desktop.exchange import worker


@pytest.fixture(autouse=True)
def apart() -> Iterator[None]:
    worker.begin()
    yield
    worker.end()
    assert not multiprocessing.active_children(), "the process ends with the window"


def _number(_given: object = None) -> int:
    return os.getpid()


def _back(given: object) -> object:
    return given


def _refuse() -> None:
    raise EnvironmentFault("write_failed", "磁盘满了")


class _OddError(Exception):
    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def _break(odd: bool) -> None:
    raise _OddError("甲", "乙") if odd else KeyError("缺")


def _die() -> None:
    os._exit(3)


def _steps() -> None:
    worker.step("读", 1, 2)
    worker.step("写", 2, 2)


def _hungry() -> int:
    return len(bytearray(2 * worker.MOST_MEMORY))


def _grow() -> int:
    """More than the process may keep, also where it took over the peak of a large test run."""
    import resource

    taken_over = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return len(bytes(max(600 * 2**20, min(taken_over, 1200 * 2**20))).replace(b"\0", b"1"))


def _forever(part: Path) -> None:
    part.write_text("")
    try:
        worker.step("开始")
        while True:
            time.sleep(0.01)
    finally:
        part.unlink()


def _modules() -> list[str]:
    import desktop.exchange.excel
    import desktop.exchange.word
    import desktop.exchange.workbook_report  # noqa: F401 - all that is done there

    return [name for name in sys.modules if name.partition(".")[0] in ("PySide6", "shiboken6")]


def test_one_process_answers_call_after_call() -> None:
    first = worker.run(_number)
    assert first != os.getpid()
    assert worker.run(_number, "再") == first


def test_large_values_come_back_as_they_went() -> None:
    value = {"行": [(f"第 {number} 行", number, None, 1.5) for number in range(50_000)], "块": b"\0\n" * 300_000}
    assert worker.run(_back, value) == value


def test_a_refusal_is_itself_and_the_process_goes_on() -> None:
    first = worker.run(_number)
    with pytest.raises(EnvironmentFault, match="磁盘满了") as caught:
        worker.run(_refuse)
    assert (caught.value.code, caught.value.message) == ("write_failed", "磁盘满了")
    assert worker.run(_number) == first


def test_a_fault_of_the_program_tells_where_it_was() -> None:
    with pytest.raises(KeyError) as caught:
        worker.run(_break, False)
    assert "_break" in "".join(caught.value.__notes__)
    with pytest.raises(RuntimeError, match="_break"):
        worker.run(_break, True)


def test_what_cannot_be_sent_is_raised_and_leaves_no_half_call() -> None:
    with pytest.raises(Exception, match=r"pickle|local"):
        worker.run(_back, lambda: None)
    assert worker.run(_back, "好") == "好"


def test_a_dead_process_is_one_sentence_and_the_next_call_works() -> None:
    with pytest.raises(EnvironmentFault, match="请关掉其他程序再试") as caught:
        worker.run(_die)
    assert caught.value.code == "worker_ended"
    assert worker.run(_back, 1) == 1


def test_a_process_that_died_between_two_calls_is_one_sentence_too() -> None:
    os.kill(worker.run(_number), 9)
    for child in multiprocessing.active_children():
        child.join()
    with pytest.raises(EnvironmentFault, match="请关掉其他程序再试"):
        worker.run(_number)
    assert worker.run(_back, 1) == 1


def test_steps_arrive() -> None:
    told: list[object] = []
    worker.run(_steps, job=Job(lambda *step: told.append(step)))
    assert told == [("读", 1, 2), ("写", 2, 2)]
    worker.run(_steps)


def test_stopped_work_ends_within_a_second_and_clears_up(tmp_path: Path) -> None:
    part = tmp_path / "表.part"
    began: list[float] = []
    job = Job(lambda *_step: began.append(time.monotonic()))
    original = job.check

    def check() -> None:
        if began:
            assert part.exists()
            job.cancel()
        original()

    job.check = check  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        worker.run(_forever, part, job=job)
    assert time.monotonic() - began[0] < 1
    assert not part.exists()
    assert not multiprocessing.active_children()


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not bound memory")
def test_too_much_memory_is_one_sentence() -> None:
    with pytest.raises(EnvironmentFault, match="内存不够"):
        worker.run(_hungry)


@pytest.mark.skipif(sys.platform == "win32", reason="the system does not tell the peak")
def test_a_process_that_grew_large_is_not_kept() -> None:
    first = worker.run(_number)
    assert worker.run(_grow) > 0
    assert not multiprocessing.active_children()
    assert worker.run(_number) != first


def test_no_window_library_is_loaded_there() -> None:
    assert worker.run(_modules) == []


def test_without_a_window_work_is_done_here(tmp_path: Path) -> None:
    worker.end()
    assert worker.run(_number) == os.getpid()
    told: list[object] = []
    worker.run(_steps, job=Job(lambda *step: told.append(step)))
    assert told == [("读", 1, 2), ("写", 2, 2)]
    with pytest.raises(Refusal, match="磁盘满了"):
        worker.run(_refuse)
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        worker.run(_forever, tmp_path / "x", job=job)
