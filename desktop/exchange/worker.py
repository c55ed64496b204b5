"""One process of our own in which files are read and written, so that the window never waits for them.

openpyxl in a thread keeps the interpreter to itself for hundreds of milliseconds; in a process it disturbs nobody,
can be killed at once, and a file that eats all memory takes nothing else with it. Only between `begin` and `end`,
which the window calls, is there such a process; without a window (command line) work is done where it is asked for.
"""

import gc
import multiprocessing
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from multiprocessing.connection import Connection
from typing import Any, Final, Protocol, TypeVar, cast

from desktop.domain.errors import EnvironmentFault, Refusal

Result = TypeVar("Result")
Report = Callable[[str, int, int], None]

MOST_MEMORY: Final = 3 * 2**30
"""Bytes of address space the process may take, where the system can bound it (Linux, macOS)."""

_LARGE: Final = 500 * 2**20
"""Bytes at its peak beyond which the process is not kept for the next call."""
_PATIENCE: Final = 0.1
"""Seconds between two looks whether a person stopped the work."""
_GRACE: Final = 0.5
"""Seconds a stopped process has to take its unfinished file away."""


class Watched(Protocol):
    """What is told of the steps and knows whether a person stopped the work; `check` raises Cancelled then."""

    def report(self, text: str, done: int = 0, total: int = 0) -> None:
        """The current step in words."""

    def check(self) -> None:
        """Raise Cancelled if the work is to end."""


_teller: ContextVar[Report | None] = ContextVar("_teller", default=None)


def step(words: str, done: int = 0, total: int = 0) -> None:
    """Tell whoever asked for the work in hand, from inside it and from whichever process, how far it is."""
    tell = _teller.get()
    if tell is not None:
        tell(words, done, total)


class _Process:
    """The process and our end of the pipe to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, MOST_MEMORY), daemon=True, name="worker")
        try:
            self.process.start()
        finally:
            theirs.close()

    def stop(self, *, at_work: bool) -> None:
        """End it; one without work ends by itself when the pipe is gone."""
        self.pipe.close()
        if not at_work:
            self.process.join(_GRACE)
        self.process.terminate()
        self.process.join(_GRACE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


class _Desk:
    """The process while there is one, and whether there may be."""

    def __init__(self) -> None:
        self.apart = False
        self.turn = threading.Lock()
        self.process: _Process | None = None

    def stop(self, *, at_work: bool) -> None:
        if self.process is not None:
            self.process.stop(at_work=at_work)
            self.process = None


_desk = _Desk()


def begin() -> None:
    """From now on `run` works in the process, which starts with the first call."""
    _desk.apart = True


def end() -> None:
    """End the process, if there is one; `run` works where it is called again. Work in hand must have ended."""
    with _desk.turn:
        _desk.apart = False
        _desk.stop(at_work=False)


def run(function: Callable[..., Result], *arguments: Any, job: Watched | None = None) -> Result:
    """What a function of a module gives for arguments that can be pickled, as can its result.

    One call at a time. A Refusal and any other error arrive as they were raised, steps go to `job`. Once `job` is
    stopped the process is ended within a second and Cancelled raised. EnvironmentFault `no_memory` or
    `worker_ended` if there was not memory enough or the process died.
    """
    if not _desk.apart:
        return _run_here(function, arguments, job)
    while not _desk.turn.acquire(timeout=_PATIENCE):
        if job is not None:
            job.check()
    try:
        return cast("Result", _ask(function, arguments, job))
    except EOFError as error:
        sentence = "处理文件时内存不足或程序被中断，没有做完；请关掉其他程序再试，还不行就把文件分成几个"
        raise EnvironmentFault("worker_ended", sentence) from error
    finally:
        _desk.turn.release()


def _run_here(function: Callable[..., Result], arguments: tuple[Any, ...], job: Watched | None) -> Result:
    if job is not None:
        job.check()
    before = _teller.set(None if job is None else job.report)
    try:
        return function(*arguments)
    except MemoryError as error:
        raise _no_memory() from error
    finally:
        _teller.reset(before)


def _no_memory() -> EnvironmentFault:
    return EnvironmentFault("no_memory", "文件太大，内存不够处理；请把它分成几个文件，或关掉其他程序再试")


def _ask(function: Callable[..., Any], arguments: tuple[Any, ...], job: Watched | None) -> Any:
    """The answer of the process; whatever else ends the waiting ends the process too."""
    if job is not None:
        job.check()
    if _desk.process is None:
        _desk.process = _Process()
    pipe = _desk.process.pipe
    answered = stays = False
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # told as the end of the answer below
            _send(pipe, (function, arguments))
        while True:
            while not pipe.poll(_PATIENCE):
                if job is not None:
                    job.check()
            kind, told, more = _receive(pipe)
            if kind != "step":
                break
            if job is not None:
                job.report(*told)
        stays = more
        answered = True
    except ConnectionResetError as error:
        raise EOFError from error
    finally:
        if not stays:
            _desk.stop(at_work=not answered)
    if kind == "error":
        raise told
    return told


def _send(pipe: "Connection[Any, Any]", value: Any) -> None:
    pickle.Pickler(_Pieces(pipe), pickle.HIGHEST_PROTOCOL).dump(value)


def _receive(pipe: "Connection[Any, Any]") -> Any:
    return pickle.Unpickler(_Pieces(pipe)).load()  # noqa: S301 - our own process on the other side


class _Pieces:
    """A pipe as the file of a pickle, so that a large value goes through it in pieces of 64 KB: in one piece the
    interpreter would be kept from the window for as long as all of it takes."""

    def __init__(self, pipe: "Connection[Any, Any]") -> None:
        self._pipe = pipe
        self._piece = b""
        self._at = 0

    def write(self, piece: Any) -> int:
        """Send a piece."""
        self._pipe.send_bytes(piece)
        return len(piece)

    def read(self, size: int) -> bytes:
        """The next `size` bytes; EOFError if the other side is gone."""
        found = self._piece[self._at : self._at + size]
        self._at += len(found)
        while len(found) < size:
            self._piece = self._pipe.recv_bytes()
            self._at = size - len(found)
            found += self._piece[: self._at]
        return found

    def readline(self) -> bytes:
        """One line; pickles of this protocol have none of any length."""
        line = b""
        while not line.endswith(b"\n"):
            line += self.read(1)
        return line


def _serve(pipe: "Connection[Any, Any]", most_memory: int) -> None:
    """The process: answer one call after the other until the other side is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit())
    _bound_memory(most_memory)
    gc.disable()  # What a call makes lives until its end; looking for garbage meanwhile only costs time.
    _teller.set(lambda words, done, total: _send(pipe, ("step", (words, done, total), True)))
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        large = max(_LARGE, _peak_memory())  # Linux hands the peak of whoever started a process down to it
        while _answer(pipe, large, *_receive(pipe)):
            gc.collect()


def _answer(pipe: "Connection[Any, Any]", large: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> bool:
    """Do what was asked and send how it ended; whether the process stays for more."""
    kind, told = "error", cast("Any", None)
    try:
        kind, told = "result", function(*arguments)
    except Refusal as refusal:
        told = refusal
    except MemoryError:
        told = _no_memory()
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:  # noqa: BLE001 - it is raised again where the work was asked for
        error.add_note(traceback.format_exc())
        told = error
    stays = _peak_memory() <= large
    if kind == "error" and not _travels(told):
        told = RuntimeError("\n".join((repr(told), *getattr(told, "__notes__", ()))))
    _send(pipe, (kind, told, stays))
    return stays


def _travels(error: BaseException) -> bool:
    """Whether an error can be pickled and back."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - just made here
    except Exception:  # noqa: BLE001 - whatever hinders it
        return False
    return True


def _bound_memory(most: int) -> None:
    if sys.platform != "win32":
        import resource

        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _peak_memory() -> int:
    """Bytes; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
