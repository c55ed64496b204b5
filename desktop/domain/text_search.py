"""Finding and replacing words in a text, without regard to case, width and kinds of dash or bracket."""

from desktop.domain.pinyin import fold


def found(text: str, words: str, *, whole: bool = False) -> bool:
    """Whether a text holds the words, or with `whole` is them and nothing else."""
    if not words:
        return False
    return fold(text).strip() == fold(words).strip() if whole else bool(_places(text, words))


def replaced(text: str, words: str, instead: str, *, whole: bool = False) -> str:
    """The text with every place of the words replaced; what is not the words stays as it was written."""
    if whole:
        return instead if found(text, words, whole=True) else text
    parts, last = [], 0
    for begin, end in _places(text, words):
        parts += [text[last:begin], instead]
        last = end
    return "".join([*parts, text[last:]])


def _places(text: str, words: str) -> list[tuple[int, int]]:
    """Begin and end in `text` of every place of the words, from left to right, none inside another. A letter that
    folds to several is taken as a whole or not at all."""
    wanted = "".join(map(fold, words))
    pieces = [fold(letter) for letter in text]
    folded = "".join(pieces)
    starts = {0: 0}
    length = 0
    for place, piece in enumerate(pieces, 1):
        length += len(piece)
        starts[length] = place
    places, at = [], folded.find(wanted) if wanted else -1
    while at >= 0:
        end = at + len(wanted)
        fits = at in starts and end in starts
        if fits:
            places.append((starts[at], starts[end]))
        at = folded.find(wanted, end if fits else at + 1)
    return places
