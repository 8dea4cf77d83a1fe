"""How connected habitat is when every link counts as one hop: IIC and dIIC, exact.

Shortest paths are sought from 64 patches at a time, one bit each. Without a patch,
only those pairs are looked at again whose every shortest path runs through it; pairs
that nothing else joins are read from the depth first walk of the links.
"""

import itertools

import numpy as np

from robuust.graphs import checked_ends
from robuust.importance import SECTIONS, blocks_to_sum, section_edges
from robuust.kept_pieces import Pieces, array_digest
from robuust.paths import checked_capacity
from robuust_kernels import component_kernels, hop_kernels, hop_loss_kernels
from robuust_kernels.blocks import in_blocks
from robuust_kernels.memory import require_memory

NODES_PER_BLOCK = 60_000  # nodes times batches of 64 sources: a fraction of a second
PATCHES_PER_BLOCK = 20_000


def integral_index_of_connectivity(capacity, a, b, *, threads=1):
    r"""Numerator of the integral index of connectivity.

    .. math:: IIC_{num} = \sum_i \sum_j a_i \, a_j / (1 + nl_{ij})

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link, from 0 to n - 1; repeated links and links of a
        patch with itself change nothing.
    threads : int
        How many threads to work on; the result is the same for any number.

    Returns
    -------
    float
        IICnum [ha2]; nl is the least number of links, patches that no chain of
        links joins add nothing, and each patch adds its own square.

    Raises
    ------
    ValueError
        If a capacity is negative, missing or infinite, or a link has no such patch.
    MemoryError
        If the work does not fit in what is free.

    References
    ----------
    Pascual-Hortal & Saura (2006), https://doi.org/10.1007/s10980-006-0013-z

    Examples
    --------
    >>> integral_index_of_connectivity([2, 2, 2], [0], [1])
    16.0
    """
    capacity, links, order, batches = _prepared(capacity, a, b, threads)
    if not batches.size:
        return float(capacity @ capacity)
    own = capacity[order]

    def sums(start, stop):
        return hop_kernels.batch_sums(*links, own, batches[start:stop])

    starts = _blocks(batches)
    numbers = np.arange(starts.size - 1)
    reached = np.concatenate(list(_by_blocks(sums, starts, numbers, threads, "IIC")))
    total = capacity @ capacity + own @ (_of_nodes(reached, batches, own) - own)
    return float(total)


def patch_importance_by_hops(capacity, a, b, *, threads=1, pieces=None):
    r"""DIIC of every patch and its three fractions, by exact removal.

    .. math:: dIIC_k = 100 \, (IIC - IIC_{-k}) / IIC
              = intra_k + flux_k + connector_k

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link, from 0 to n - 1; repeated links and links of a
        patch with itself change nothing.
    threads : int
        How many threads to work on; the result is the same for any number.
    pieces : Pieces or None
        Sums of blocks that are known already, as for
        `robuust.importance.patch_importance`.

    Returns
    -------
    dict of str to ndarray of float, shape (n,)
        ``diic``, ``diic_intra``, ``diic_flux``, ``diic_connector`` [percent of
        IICnum, zero or more] and ``betweenness`` [ha2]: the sum of
        a_i a_j / (1 + nl_ij) over ordered pairs whose every shortest path runs
        through the patch.

    Raises
    ------
    ValueError
        If a capacity is negative, missing or infinite, or a link has no such patch.
    MemoryError
        If the work does not fit in what is free.

    References
    ----------
    Pascual-Hortal & Saura (2006), https://doi.org/10.1007/s10980-006-0013-z
    Saura & Rubio (2010), https://doi.org/10.1111/j.1600-0587.2009.05760.x

    Examples
    --------
    >>> shares = patch_importance_by_hops([1.0, 1.0, 1.0], [0, 1], [1, 2])
    >>> shares["diic_connector"].round(4)  # 0-2 counts 2 / 3 of 17 / 3
    array([ 0.    , 11.7647,  0.    ])
    """
    capacity, links, order, batches = _prepared(capacity, a, b, threads)
    intra = capacity**2
    flux, between, stays = np.zeros((3, capacity.size))
    if batches.size:
        reached, was, left = _losses(capacity[order], links, batches, threads, pieces)
        flux[order] = 2 * capacity[order] * (reached - capacity[order])
        between[order], stays[order] = was, left
    total = intra.sum() + flux.sum() / 2
    scale = 100 / total if total > 0 else 0.0
    connector = between - stays
    return {
        "diic": scale * (intra + flux + connector),
        "diic_intra": scale * intra,
        "diic_flux": scale * flux,
        "diic_connector": scale * connector,
        "betweenness": between,
    }


def _losses(own, links, batches, threads, pieces):
    """Sum what each node reaches, and what runs through it, with and without it."""
    starts = _blocks(batches)
    edges = section_edges(starts.size - 1)
    digests = range(SECTIONS)
    if pieces is not None:
        whole = array_digest(*links, own, batches)
        digests = [f"hops {whole} {k}" for k in digests]
    pieces = pieces or Pieces(keep=False)
    numbers = blocks_to_sum(pieces, digests, edges)
    blocks = _block_losses(own, links, batches, starts, numbers, threads)

    def sum_section(k):
        return _sum_blocks(itertools.islice(blocks, edges[k + 1] - edges[k]), own.size)

    was, stays = np.zeros((2, own.size))
    reached = np.zeros((len(batches), hop_kernels.SOURCES))
    for k, section in enumerate(pieces.one_by_one(digests, sum_section)):
        if section is not None:
            reached[starts[edges[k]] : starts[edges[k + 1]]] = section[0]
            was[section[1]] += section[2]
            stays[section[1]] += section[3]
    return _of_nodes(reached, batches, own), was, stays


def _block_losses(own, links, batches, starts, numbers, threads):
    """Yield of some blocks their first node, and the sums from there on."""
    if not numbers:
        return
    walk = component_kernels.depth_first(*links)
    at_turn = np.argsort(walk[0])

    def middles(start, stop):
        return hop_loss_kernels.only_middles(*links, start, stop)

    only = np.concatenate(
        list(in_blocks(middles, own.size, block=PATCHES_PER_BLOCK, threads=threads))
    )

    def losses(start, stop):
        part = batches[start:stop]
        found = hop_loss_kernels.batch_losses(*links, own, part, at_turn, walk, only)
        return part[0, 0], found

    yield from _by_blocks(losses, starts, numbers, threads, "dIIC")


def _sum_blocks(blocks, n):
    """Sum up blocks: what they reach, the nodes that anything runs through, sums."""
    was, stays = np.zeros((2, n))
    reached = [np.empty((0, hop_kernels.SOURCES))]
    for lowest, found in blocks:
        reached.append(found[0])
        was[lowest : lowest + found[1].size] += found[1]
        stays[lowest : lowest + found[2].size] += found[2]
    nodes = np.flatnonzero(was)
    return np.concatenate(reached), nodes, was[nodes], stays[nodes]


def _prepared(capacity, a, b, threads):
    """Check input and memory; number patches component by component, near by near.

    Returns the capacity; the links between the new numbers (first, neighbour); which
    patch each number is; and the batches of sources.
    """
    capacity = checked_capacity(capacity)
    n = capacity.size
    a, b = (end.astype(np.int64) for end in checked_ends(n, a, b))
    order, size, depth = hop_kernels.nearby_order(*hop_kernels.neighbours(n, a, b))
    order = order[np.repeat(size > 1, size)]  # nothing is sought from patches alone
    size, depth = size[size > 1], depth[size > 1]
    number = np.full(n, -1)
    number[order] = np.arange(order.size)
    differ = a != b  # patches alone have no number
    a, b = number[a[differ]], number[b[differ]]
    _require(size, depth, threads)
    links = hop_kernels.neighbours(order.size, a, b)
    return capacity, links, order, _batches(size)


def _batches(size):
    """Up to 64 sources at a time: component from, to; first source, their number."""
    high = np.cumsum(size)
    count = -(-size // hop_kernels.SOURCES)
    high = np.repeat(high, count)
    low = high - np.repeat(size, count)
    rank = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    source = low + rank * hop_kernels.SOURCES
    n_sources = np.minimum(high - source, hop_kernels.SOURCES)
    return np.column_stack([low, high, source, n_sources]).astype(np.int64)


def _blocks(batches):
    """Divide batches into blocks of about as much work: their starts, and the end."""
    nodes = np.cumsum(batches[:, 1] - batches[:, 0])
    block = (nodes - nodes[0]) // NODES_PER_BLOCK
    return np.concatenate([np.flatnonzero(np.diff(block, prepend=-1)), [len(block)]])


def _by_blocks(work, starts, numbers, threads, label):
    """Work on some of the blocks of batches."""

    def block_of_batches(start, _):
        return work(starts[numbers[start]], starts[numbers[start] + 1])

    return in_blocks(
        block_of_batches, len(numbers), block=1, threads=threads, label=label
    )


def _of_nodes(reached, batches, own):
    """Put the sums of the sources of all batches in one row of nodes."""
    used = np.arange(hop_kernels.SOURCES) < batches[:, 3, None]
    sums = np.empty(own.size)
    sums[:] = reached[used]
    return sums


def _require(size, depth, threads):
    """Ask for the memory of the largest component, once per thread."""
    # No two patches of a component are farther apart than twice the depth of a walk.
    # Per patch and hop there is a word, twice while rows are added.
    words = 2 * (2 * depth + 16) + hop_kernels.SOURCES + 10
    per_thread = 8 * (size * words).max(initial=0)
    require_memory(
        threads * per_thread + 300 * size.sum(),
        f"the index over hops of {size.sum()} linked patches, on {threads} threads,",
        "Use fewer threads, or a shorter dispersal distance.",
    )
