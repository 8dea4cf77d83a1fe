"""What each patch adds: PC and IIC without it, exact, for every patch.

Removing patch k only changes pairs whose best path runs through k. Those pairs are
read from the tree of best paths and repaired alone, so that not a single run over
the whole network is needed per patch.
"""

import logging
from typing import NamedTuple

import numpy as np

from robuust.paths import best_paths, component_graphs, thinned

TIE = 1e-12  # lengths that differ by less are one length, rounded differently
PAIRS_PER_PASS = 40_000_000  # (removed patch, pair) combinations held at a time
CANDIDATES_PER_BLOCK = 8_000_000
LAYER_LINKS = 6.0  # width of a layer, in median links
SLOW_NODES = 4_000

log = logging.getLogger(__name__)


def patch_importance(capacity, a, b, probability, *, p_min):
    r"""DPC of every patch and its three fractions, by exact removal.

    .. math:: dPC_k = 100 \, (PC - PC_{-k}) / PC
              = intra_k + flux_k + connector_k

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link.
    probability : array_like of float, shape (n_links,)
        Chance of the direct move, 0 to 1.
    p_min : float
        Path probabilities below it count as zero; 0 for no limit.

    Returns
    -------
    dict of str to ndarray of float, shape (n,)
        ``dpc``, ``dpc_intra``, ``dpc_flux``, ``dpc_connector`` [percent of PCnum]
        and ``betweenness`` [ha2]: the sum of a_i a_j p*_ij over ordered pairs whose
        every best path runs through the patch.

    Raises
    ------
    ValueError
        If a capacity is negative or missing, or a probability outside 0 to 1.

    References
    ----------
    Saura & Rubio (2010), https://doi.org/10.1111/j.1600-0587.2009.05760.x
    Bodin & Saura (2010), https://doi.org/10.1016/j.ecolmodel.2010.06.004

    Examples
    --------
    >>> shares = patch_importance([3.0, 4.0], [0], [1], [0.5], p_min=0)
    >>> shares["dpc"].round(4)  # of 9 + 16 + 2 x 3 x 4 x 0.5 = 37
    array([56.7568, 75.6757])
    """
    probability = np.asarray(probability, dtype=float)
    if not ((probability >= 0) & (probability <= 1)).all():
        raise ValueError("every link needs a probability from 0 to 1")
    with np.errstate(divide="ignore"):
        weight = -np.log(probability) + 0.0  # no negative zero
        limit = -np.log(p_min) if p_min > 0 else np.inf
    return _importance(capacity, a, b, weight, limit, _probability, "dpc")


def patch_importance_by_hops(capacity, a, b):
    """DIIC of every patch and its three fractions, by exact removal.

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link.

    Returns
    -------
    dict of str to ndarray of float, shape (n,)
        ``diic``, ``diic_intra``, ``diic_flux``, ``diic_connector`` [percent of
        IICnum] and ``betweenness`` [ha2], as in `patch_importance`.

    Raises
    ------
    ValueError
        If a capacity is negative or missing.

    References
    ----------
    Pascual-Hortal & Saura (2006), https://doi.org/10.1007/s10980-006-0013-z

    Examples
    --------
    >>> shares = patch_importance_by_hops([1.0, 1.0, 1.0], [0, 1], [1, 2])
    >>> shares["diic_connector"].round(4)  # 0-2 counts 2 / 3 of 17 / 3
    array([ 0.    , 11.7647,  0.    ])
    """
    hops = np.ones(np.asarray(a).size)
    return _importance(capacity, a, b, hops, np.inf, _by_hops, "diic")


def _probability(length):
    return np.exp(-length)


def _by_hops(length):
    return 1 / (1 + length)


def _importance(capacity, a, b, weight, limit, chance, name):
    """Fractions of the index for every patch, in percent."""
    capacity = np.asarray(capacity, dtype=float)
    if not (capacity >= 0).all():  # False for missing values too
        raise ValueError("every capacity must be zero or more hectares")
    n = capacity.size
    flux, connector, between = np.zeros((3, n))
    for members, graph in component_graphs(n, a, b, weight):
        if members.size > SLOW_NODES:
            log.warning(
                "%d patches in one component: the exact importance of each takes "
                "minutes, and about %.1f GiB of memory",
                members.size,
                members.size**2 * 36 / 2**30,
            )
        graph = thinned(graph)
        length, before = best_paths(graph, limit=limit)
        own = capacity[members]
        flux[members] = 2 * own * (chance(length) @ own - own)
        connector[members], between[members] = removal_losses(
            graph, length, before, own, limit=limit, chance=chance
        )
    intra = capacity**2
    total = intra.sum() + flux.sum() / 2
    scale = 100 / total if total > 0 else 0.0
    return {
        name: scale * (intra + flux + connector),
        f"{name}_intra": scale * intra,
        f"{name}_flux": scale * flux,
        f"{name}_connector": scale * connector,
        "betweenness": between,
    }


def removal_losses(graph, length, before, capacity, *, limit, chance):
    """Sum up what the other pairs of a component lose without each patch.

    Parameters
    ----------
    graph : csr_array of float, shape (m, m)
        Symmetric weights of the links of one component.
    length, before : ndarray, shape (m, m)
        Its best paths, as `best_paths` gives them.
    capacity : ndarray of float, shape (m,)
        Capacity of each patch.
    limit : float
        Paths longer than this count as none.
    chance : callable
        Turns path lengths into chances; an infinite length into zero.

    Returns
    -------
    loss : ndarray of float, shape (m,)
        Sum of a_i a_j (chance - chance without k) over ordered pairs i, j != k.
    between : ndarray of float, shape (m,)
        Sum of a_i a_j chance over the ordered pairs that lose anything.

    Examples
    --------
    >>> [(_, chain)] = component_graphs(3, [0, 1], [1, 2], [1.0, 1.0])
    >>> length, before = best_paths(chain)
    >>> hops = lambda length: 1 / (1 + length)
    >>> [x.round(3).tolist() for x in removal_losses(
    ...     chain, length, before, np.ones(3), limit=np.inf, chance=hops)]
    [[0.0, 0.667, 0.0], [0.0, 0.667, 0.0]]
    """
    m = capacity.size
    links = _adjacency(graph)
    loss, between = np.zeros((2, m))
    count = np.zeros(m, dtype=np.int64)
    for k, _ in _tree_walk(length, before):
        count += np.bincount(k, minlength=m)
    work = length.copy()  # what the network looks like without k
    for first, last in _passes(count):
        kept = [
            (k[inside], pair[inside])
            for k, pair in _tree_walk(length, before)
            if (inside := (k >= first) & (k < last)).any()
        ]
        if not kept:
            continue
        k, pair = (np.concatenate(column) for column in zip(*kept, strict=True))
        pair = pair[np.argsort(k, kind="stable")]
        ends = np.cumsum(count[first:last])
        for patch, end in zip(range(first, last), ends, strict=True):
            pairs = pair[end - count[patch] : end]
            if pairs.size:
                loss[patch], between[patch] = _loss_without(
                    patch, pairs, links, length, work, capacity, limit, chance
                )
    return loss, between


def _tree_walk(length, before):
    """Walk all best paths back one step at a time, and say who lies in between.

    Yields the inner patch k of the path of each pair, and that pair as one number.
    Each pair is walked once, from its first patch, whatever other ways tie with it.
    """
    m = length.shape[0]
    i, j = np.nonzero(np.triu(np.isfinite(length), 1))
    i, j = i.astype(np.int32), j.astype(np.int32)
    pair = i.astype(np.int64) * m + j
    k = before[i, j]
    while True:
        inner = (k != i) & (k >= 0)
        i, k, pair = i[inner], k[inner], pair[inner]
        if not k.size:
            return
        yield k, pair
        k = before[i, k]


def _passes(count):
    """Ranges of patches that together have not too many pairs through them."""
    group = np.cumsum(count) // PAIRS_PER_PASS
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    return zip(starts, [*starts[1:], count.size], strict=True)


class _Adjacency(NamedTuple):
    """Links by patch, as in a CSR matrix, with what every repair needs."""

    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray
    degree: np.ndarray
    layer: float


def _adjacency(graph):
    layer = LAYER_LINKS * float(np.median(graph.data))
    indices = graph.indices.astype(np.int64)
    indptr = graph.indptr.astype(np.int64)
    return _Adjacency(indptr, indices, graph.data, np.diff(indptr), layer)


def _loss_without(patch, pairs, links, length, work, capacity, limit, chance):
    """Loss over the pairs through one patch; `work` is given back as it was."""
    m = capacity.size
    i, j = pairs // m, pairs % m
    old = length[i, j]
    work[patch, :] = work[:, patch] = np.inf
    work[i, j] = work[j, i] = np.inf
    _enter(links, work, i, j, limit)
    work[patch, :] = work[:, patch] = -np.inf  # nothing may lead there
    _spread(links, work, pairs[np.isfinite(work[i, j])], limit)
    new = work[i, j]
    work[i, j] = work[j, i] = old
    work[patch, :] = work[:, patch] = length[patch]
    worse = new > old + TIE * (1 + old)
    both = 2 * capacity[i[worse]] * capacity[j[worse]]
    was, stays = chance(old[worse]), chance(new[worse])
    return both @ (was - stays), both @ was


def _enter(links, work, i, j, limit):
    """First new lengths: one last step from a pair that the removal left alone."""
    # The step is taken at the side with fewer neighbours: either will do.
    swap = links.degree[i] < links.degree[j]
    i, j = np.where(swap, j, i), np.where(swap, i, j)
    found = np.empty(i.size)
    for part in _blocks(links.degree[j]):
        link, pair = _links_of(links, j[part])
        way = work[i[part][pair], links.indices[link]] + links.data[link]
        start = np.searchsorted(pair, np.arange(j[part].size))
        found[part] = np.minimum.reduceat(way, start)
    found[found > limit * (1 + TIE)] = np.inf
    work[i, j] = work[j, i] = found


def _spread(links, work, waiting, limit):
    """Carry each new length on to the neighbours of both ends, until none gains.

    The shortest go first, a layer of lengths at a time: nearly every length is
    final when it is carried on, as in Dijkstra's algorithm.
    """
    m = links.degree.size
    flat = work.reshape(-1)
    last = np.empty(m * m, dtype=np.int64)  # per pair: where it stands in `waiting`
    while waiting.size:
        now = flat[waiting]
        first = now <= now.min() + links.layer
        pairs, waiting = waiting[first], waiting[~first]
        gained = [waiting]
        ends = np.concatenate([pairs // m, pairs % m])
        others = np.concatenate([pairs % m, pairs // m])
        now = np.concatenate([now[first], now[first]])
        for part in _blocks(links.degree[ends]):
            link, pair = _links_of(links, ends[part])
            way = now[part][pair] + links.data[link]
            target = others[part][pair] * m + links.indices[link]
            better = np.flatnonzero((way < flat[target]) & (way <= limit * (1 + TIE)))
            target, way = target[better], way[better]
            i, j = target // m, target % m
            np.minimum.at(flat, target, way)
            np.minimum.at(flat, j * m + i, way)
            gained.append(np.minimum(i, j) * m + np.maximum(i, j))
        waiting = np.concatenate(gained)
        place = np.arange(waiting.size)
        last[waiting] = place
        waiting = waiting[last[waiting] == place]  # each pair once


def _links_of(links, patches):
    """Links of the given patches one after the other, and whose each one is."""
    count = links.degree[patches]
    start = np.cumsum(count) - count
    link = np.arange(count.sum()) + np.repeat(links.indptr[patches] - start, count)
    return link, np.repeat(np.arange(patches.size), count)


def _blocks(count):
    """Slices with a bounded sum of counts each."""
    group = np.cumsum(count) // CANDIDATES_PER_BLOCK
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    return [slice(s, e) for s, e in zip(starts, [*starts[1:], count.size], strict=True)]
