"""Reading a file of titles and building the catalogue from it."""

from pathlib import Path

from desktop import resources
from desktop.exchange.catalogue_file import read_titles
from desktop.store.catalogue import About, build


def build_from(source: Path, target: Path, day: str) -> About:
    """Build at `target` what the file `source` holds; Refusal as the reader gives."""
    return build(target, read_titles(source), source.name, day, resources.pinyin())
