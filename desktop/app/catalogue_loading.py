"""What the loading process does: read the file of titles and build the catalogue from it."""

import gc
from multiprocessing.connection import Connection
from pathlib import Path

from desktop import resources
from desktop.domain.errors import Refusal
from desktop.exchange.catalogue_file import read_titles
from desktop.store.catalogue import build


def work(connection: Connection, source: Path, target: Path, day: str) -> None:
    """Build at `target` and send what was built, or (code, sentence) of the refusal."""
    gc.disable()  # Everything made here lives until the end; looking for garbage only costs time.
    try:
        connection.send(build(target, read_titles(source), source.name, day, resources.pinyin()))
    except Refusal as refusal:
        connection.send((refusal.code, refusal.message))
    except MemoryError:
        connection.send(("too_large", "文件太大，内存不够读取，题录没有变；请分成几个文件或关掉其他程序再试"))
    finally:
        connection.close()
