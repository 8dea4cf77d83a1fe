"""Long arrays of geometries in pieces, worked on by all processors at once."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

CHUNK = 20_000  # geometries: a second's work at most, some tens of megabytes


def in_chunks(function, *arrays, size=CHUNK):
    """Call a function on pieces of arrays, several at a time.

    Worth it where shapely does the work: it lets other threads run meanwhile.

    Parameters
    ----------
    function : callable
    *arrays : ndarray, all of the same length
    size : int
        Largest length of a piece.

    Returns
    -------
    list
        What the function gives for each piece, in order; for empty arrays it is called
        once.

    Examples
    --------
    >>> in_chunks(np.sum, np.arange(5), size=2)
    [np.int64(1), np.int64(5), np.int64(4)]
    """
    starts = range(0, max(len(arrays[0]), 1), size)
    pieces = [[array[k : k + size] for k in starts] for array in arrays]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(function, *pieces))


def joined_chunks(function, *arrays, size=CHUNK):
    """Call a function on pieces of arrays, several at a time, and join the results.

    Parameters
    ----------
    function : callable
        From pieces of the arrays to one array of the same length.
    *arrays : ndarray, all of the same length
    size : int
        Largest length of a piece.

    Returns
    -------
    ndarray
        As one call on the whole arrays would give it.

    Examples
    --------
    >>> joined_chunks(np.add, np.array([1, 2]), np.array([3, 4]), size=1).tolist()
    [4, 6]
    """
    return np.concatenate(in_chunks(function, *arrays, size=size))
