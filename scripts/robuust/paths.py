"""What every search along best paths starts from: lengths, limits, room to work in.

The length of a link is -ln of its probability, so that the shortest path is the one
with the largest product.
"""

import contextlib

import numpy as np
from scipy.sparse import csr_array

from robuust.checks import checked_numbers
from robuust.graphs import component_of
from robuust_kernels import path_kernels, reach_kernels
from robuust_kernels.blocks import in_blocks
from robuust_kernels.memory import require_memory

EXACT_PATCHES = 20_000  # that hang together: without a limit, some minutes
TIE = 1e-12  # lengths that differ by less are one length, rounded differently
BYTES_PER_PAIR = 40  # of a table of paths, while it is put together
SAMPLE = 64  # patches from which the work is estimated
NODES_PER_BLOCK = 50_000  # reached in one go: milliseconds, or tenths with removals
SOURCES_PER_BLOCK = 64


def path_limit(p_min):
    """Length of the longest path that counts.

    Parameters
    ----------
    p_min : float
        Path probabilities below it count as zero; from 0 (no limit) to 1.

    Returns
    -------
    float
        With a hair of slack, as the same path can be rounded differently. Without a
        limit, where chances become too small for a number.

    Raises
    ------
    ValueError
        If `p_min` lies outside 0 to 1.

    Examples
    --------
    >>> round(path_limit(0.01), 6), round(path_limit(0))
    (4.60517, 708)
    """
    if not 0 <= p_min <= 1:
        raise ValueError(f"p_min is {p_min}; it must lie between 0 and 1")
    length = -np.log(max(p_min, np.finfo(float).tiny))
    return float(length + TIE * (1 + length))


def path_lengths(probability, *, limit):
    """Lengths of links, rounded so that sums of them are exact.

    Parameters
    ----------
    probability : array_like of float, shape (n_links,)
        Chance of the direct move, 0 to 1.
    limit : float
        Length of the longest path, as `path_limit` gives it.

    Returns
    -------
    ndarray of float
        -ln of the chance, infinite where it is zero. Rounded to a power of two so
        small (2e-15 for a limit of 1e-4) that nothing but the last digits of a chance
        feels it, so large that sums up to the limit are not rounded again: the length
        of a path does not depend on its direction, nor on which links were left out.

    Raises
    ------
    ValueError
        If a probability is missing or outside 0 to 1.

    Examples
    --------
    >>> path_lengths([1, 0.5, 0], limit=10).round(6).tolist()
    [0.0, 0.693147, inf]
    """
    probability = checked_probability(probability)
    with np.errstate(divide="ignore"):
        length = -np.log(probability)
    return exact_sums(length, limit=limit)


def exact_sums(length, *, limit):
    """Round lengths so that sums of them up to a limit are exact.

    Parameters
    ----------
    length : ndarray of float
        Zero or more.
    limit : float
        Largest sum.

    Returns
    -------
    ndarray of float

    Examples
    --------
    >>> third, tenth = exact_sums(np.array([1 / 3, 0.1]), limit=10)
    >>> bool((third + tenth) + tenth == third + (tenth + tenth))
    True
    """
    # No path is longer than all links together: of few links the unit is finer.
    most = min(limit, float(length[np.isfinite(length)].sum()))
    unit = 2.0 ** (np.ceil(np.log2(2 * max(most, 1.0))) - 53)
    return np.round(length / unit) * unit + 0.0  # no negative zero


def checked_capacity(capacity):
    """Capacities as numbers, if they can be some.

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.

    Returns
    -------
    ndarray of float64

    Raises
    ------
    ValueError
        If a capacity is negative or missing.

    Examples
    --------
    >>> checked_capacity([1, -1])
    Traceback (most recent call last):
    ValueError: every capacity must be zero or more hectares; 1 of 2 is not ...
    """
    return checked_numbers(
        np.reshape(capacity, -1),
        "every capacity must be zero or more hectares",
        "delineate the patches again",
        highest=np.finfo(float).max,
    )


def checked_probability(probability):
    """Chances of links as floats, refused when one is missing or out of range.

    Parameters
    ----------
    probability : array_like of float, shape (n_links,)
        From 0 to 1.

    Returns
    -------
    ndarray of float, shape (n_links,)

    Raises
    ------
    ValueError
        With how many are wrong, and the first of them.
    """
    return checked_numbers(
        probability,
        "every link needs a probability from 0 to 1",
        "make the links again, with a kernel distance above zero",
        highest=1,
    )


def check_exact(graph, p_min):
    """Refuse to follow paths without a limit through too large a network.

    Parameters
    ----------
    graph : Graph
    p_min : float
        Path probabilities below it count as zero; 0 for no limit.

    Raises
    ------
    ValueError
        If there is no limit, and more than `EXACT_PATCHES` patches hang together.
    """
    if p_min > 0 or graph.patch.size <= EXACT_PATCHES:
        return
    most = np.bincount(component_of(graph)).max()
    if most > EXACT_PATCHES:
        raise ValueError(
            f"{most} patches hang together by links, and without a limit to path"
            f" probabilities at most {EXACT_PATCHES} can be computed; set p_min above"
            " zero (1e-6 loses about 4 millionths of PC and reports a bound), or exact"
            " to false"
        )


class Workspaces:
    """Room to work in, one for each thread, made when first asked for.

    Parameters
    ----------
    make : callable
        Makes one.

    Examples
    --------
    >>> rooms = Workspaces(list)
    >>> with rooms.lent() as one:
    ...     one.append("used")
    >>> with rooms.lent() as one:
    ...     one
    ['used']
    """

    def __init__(self, make):
        self.make, self.idle = make, []

    @contextlib.contextmanager
    def lent(self):
        """Lend one that nobody works in."""
        try:
            one = self.idle.pop()
        except IndexError:
            one = self.make()
        yield one
        self.idle.append(one)


def mean_reach(graph, limit):
    """How many nodes a search reaches, itself included, by a sample.

    Parameters
    ----------
    graph : Graph
    limit : float
        Longest path.

    Returns
    -------
    float

    Notes
    -----
    The sample lies evenly among the nodes, so the same graph gives the same number.
    """
    n = graph.patch.size
    if n == 0:
        return 1.0
    sample = np.unique(np.linspace(0, n - 1, SAMPLE).astype(np.int64))
    search, count = reach_kernels.new_search(n, limit), np.empty(n, dtype=np.int64)
    none = np.empty(0, dtype=np.int32), np.empty(0)
    return float(
        np.mean(
            [
                reach_kernels.list_reached(
                    source, source + 1, graph[:3], search, count, *none
                )
                for source in sample.tolist()
            ]
        )
    )


def sources_per_block(reach):
    """How many searches to run in one go, so that Ctrl-C is heard within a second.

    Parameters
    ----------
    reach : float
        Nodes that one reaches.

    Returns
    -------
    int

    Examples
    --------
    >>> sources_per_block(200), sources_per_block(20_000)
    (64, 2)
    """
    return int(np.clip(NODES_PER_BLOCK // reach, 1, SOURCES_PER_BLOCK))


def searches_per_block(reach):
    """How many searches that go several at a time to run in one go.

    Parameters
    ----------
    reach : float
        Nodes that one reaches.

    Returns
    -------
    int

    Examples
    --------
    >>> searches_per_block(2_000), searches_per_block(20_000)
    (32, 8)
    """
    together = reach_kernels.TOGETHER
    return -(-sources_per_block(reach) // together) * together


def path_table(graph, limit, p_min, *, threads=1):
    """Table of the best path probabilities between all patches.

    Parameters
    ----------
    graph : Graph
    limit, p_min : float
        Length of the longest path, and its chance; see `path_limit`.
    threads : int
        How many to work on.

    Returns
    -------
    csr_array of float, shape (n, n)
        By patch: symmetric, one on the diagonal, columns ascending (int32).

    Raises
    ------
    MemoryError
        If it would not fit in memory.
    """
    n, reach = graph.patch.size, mean_reach(graph, limit)
    require_memory(
        BYTES_PER_PAIR * n * reach,
        f"A table of the paths between {n} patches, of which each reaches about"
        f" {reach:.0f},",
        "Raise p_min, or use a computer with more.",
    )
    rooms = Workspaces(lambda: reach_kernels.new_search(n, limit))
    count = np.empty(n, dtype=np.int64)

    def list_block(start, stop):
        size = int(1.5 * reach * (stop - start)) + 1
        with rooms.lent() as search:
            while True:
                node, chance = np.empty(size, dtype=np.int32), np.empty(size)
                size = reach_kernels.list_reached(
                    start, stop, graph[:3], search, count, node, chance
                )
                if size <= node.size:
                    return node[:size].copy(), chance[:size].copy()

    block, what = searches_per_block(reach), "paths between patches"
    parts = [(np.empty(0, dtype=np.int32), np.empty(0))]
    parts.extend(in_blocks(list_block, n, block=block, threads=threads, label=what))
    node, chance = (np.concatenate(column) for column in zip(*parts, strict=True))
    del parts
    np.maximum(chance, p_min, out=chance)  # only rounding made it smaller
    number = np.empty(n, dtype=np.int32)
    number[graph.patch] = np.arange(n, dtype=np.int32)
    indptr, indices = np.zeros(n + 1, dtype=np.int64), np.empty_like(node)
    data = np.empty_like(chance)
    path_kernels.transpose(
        graph.patch, number, count, node, chance, (indptr, indices, data)
    )
    if indptr[-1] <= np.iinfo(np.int32).max:
        indptr = indptr.astype(np.int32)  # or scipy would widen the columns
    return csr_array((data, indices, indptr), shape=(n, n))
