"""GeoJSON files: whether every feature was read, as GDAL leaves some out in silence."""

import json
import re

import numpy as np

from robuust.sources import UnusableFileError

_CHUNK_BYTES = 2**24
_LONGEST_BYTES = 2**26  # of a feature whose type is looked at
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_NAME = re.compile(rb'"features"\s*:\s*$')
_NAME_BYTES = 256  # of the text before an array that may name it
_QUOTE = ord('"')
_STEPS = np.zeros(256, dtype="int8")  # how much deeper each sign leads
_STEPS[[ord("{"), ord("[")]] = 1
_STEPS[[ord("}"), ord("]")]] = -1
_IS_SIGN = _STEPS != 0
_IS_SIGN[[_QUOTE, ord(",")]] = True
_EVENTS = ((b"{", 1), (b"}", 0), (b"[", 2), (b"]", 1), (b",", 2))  # and depth after it
_DEEPEST = 2


def check_geojson(path, n_read):
    """Refuse a file of which not all features were read.

    Parameters
    ----------
    path : str or Path
        A collection of features, a single feature or geometry, or one on each line.
    n_read : int
        Features that the reader gave.

    Raises
    ------
    UnusableFileError
        In words that tell how many are missing, and which is the first.
    """
    with open(path, "rb") as file:
        total = sum(1 for _ in _features(file))
        if n_read >= total:
            return
        odd = (k for k, span in enumerate(_features(file), 1) if _is_odd(file, *span))
        first = next(odd, None)
    where = "; see whether each is whole and on a line of its own"
    if first is not None:
        where = f" (first: number {first}), as their `type` is not Feature; correct it"
    raise UnusableFileError(
        f"{total - n_read} of its {total} features cannot be read{where}"
    )


def _features(file):
    """Give the first byte of each feature, and the one after its last.

    Whatever stands among the features counts as one.
    """
    begin = start = None
    collected = first = False
    for place, sign, before in _events(file):
        if sign == b"{":
            begin, collected = place, False
        elif sign == b"}":
            if not collected:  # a feature or geometry by itself
                yield begin, place + 1
        elif sign == b"[":
            if _NAME.search(before):
                start, collected, first = place + 1, True, True
        elif start is not None:
            last = sign == b"]"
            if not (first and last and _is_blank(file, start, place)):
                yield start, place
            start, first = (None if last else place + 1), False


def _events(file):
    """Give the signs outside texts at which a feature may begin or end.

    Yields
    ------
    place : int
        Byte in the file.
    sign : bytes
    before : bytes
        The text before an opening bracket.
    """
    place = depth = inside = 0
    tail = held = b""
    while chunk := _chunk(file, place + len(held)):
        chunk = held + chunk
        slashes = len(chunk) - len(chunk.rstrip(b"\\"))
        held = b"\\" * (slashes % 2)  # its other half is in the next chunk
        chunk = _ESCAPED.sub(b"__", chunk[: len(chunk) - len(held)])
        signs = np.frombuffer(chunk, np.uint8)
        at = np.flatnonzero(_IS_SIGN[signs])
        quotes = signs[at] == _QUOTE
        in_text = (np.cumsum(quotes, dtype="int32") + inside) & 1 == 1
        inside = (inside + quotes.sum()) % 2
        at = at[~in_text & ~quotes]
        depths = depth + np.cumsum(_STEPS[signs[at]], dtype="int64")
        depth = int(depths[-1]) if len(depths) else depth
        shallow = np.flatnonzero(depths <= _DEEPEST)
        at, depths = at[shallow], depths[shallow]
        kinds = [(signs[at] == ord(sign)) & (depths == d) for sign, d in _EVENTS]
        text = tail + chunk
        for k in at[np.any(kinds, axis=0)].tolist():
            end = len(tail) + k
            yield place + k, chunk[k : k + 1], text[max(end - _NAME_BYTES, 0) : end]
        tail, place = text[-_NAME_BYTES:], place + len(chunk)


def _chunk(file, place):
    file.seek(place)
    return file.read(_CHUNK_BYTES)


def _text(file, start, end):
    file.seek(start)
    return file.read(end - start)


def _is_blank(file, start, end):
    return end - start < _CHUNK_BYTES and not _text(file, start, end).strip()


def _is_odd(file, start, end):
    """Tell whether something among the features is none."""
    if end - start > _LONGEST_BYTES:
        return False
    try:
        found = json.loads(_text(file, start, end))
    except (ValueError, RecursionError):
        return True
    return not isinstance(found, dict) or found.get("type") != "Feature"
