"""How connected a group's habitat is: PC, ECA, and what a limit can take from them."""

from typing import NamedTuple

import numpy as np

from robuust.graphs import (
    Graph,
    checked_ends,
    component_of,
    finish,
    needed_links,
    prepare_graph,
    rows,
    selected,
    sort_rows,
    thinned,
)
from robuust.network import dispersal_probability
from robuust.paths import (
    Workspaces,
    check_exact,
    checked_capacity,
    exact_sums,
    mean_reach,
    path_lengths,
    path_limit,
    path_table,
    searches_per_block,
)
from robuust_kernels import graph_kernels, path_kernels, reach_kernels
from robuust_kernels.blocks import in_blocks


class Totals(NamedTuple):
    """PCnum and its parts, in ha2, over ordered pairs of patches."""

    pcnum: float
    error_bound: float  # most that chances below the limit can add to it
    intra: float  # of each patch with itself
    direct: float  # over links
    step: float  # gained by stepping stones
    reached: np.ndarray  # (n,): capacity that each patch reaches, times chance [ha]
    network_pcnum: np.ndarray  # (n_networks,): over pairs within each network
    network_error_bound: np.ndarray


def connectivity_totals(capacity, a, b, probability, *, p_min, network=None, threads=1):
    r"""PCnum of a whole network, without a table of its paths.

    .. math:: PC_{num} = \sum_i \sum_j a_i \, a_j \, p^*_{ij}
              = intra + direct + step

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link, 0 to n - 1; of links between the same two
        patches the best counts.
    probability : array_like of float, shape (n_links,)
        Chance of the direct move, 0 to 1; touching patches have 1.
    p_min : float
        Path probabilities below it count as zero; 0 for no limit, for up to
        `EXACT_PATCHES` patches that hang together.
    network : array_like of int, shape (n,), or None
        Network of each patch, numbered from 0; None if all are one.
    threads : int
        Processors to use; the results do not depend on it.

    Returns
    -------
    Totals
        The bound is ``p_min`` times the sum of a_i a_j over ordered pairs that hang
        together by links with a chance above zero, but were not reached.

    Raises
    ------
    ValueError
        If a value is out of range, or too many patches hang together for no limit.

    References
    ----------
    Saura & Pascual-Hortal (2007), https://doi.org/10.1016/j.landurbplan.2007.03.005
    Saura & Rubio (2010), https://doi.org/10.1111/j.1600-0587.2009.05760.x

    Examples
    --------
    >>> found = connectivity_totals([2, 2, 2], [0, 1], [1, 2], [0.5, 0.5], p_min=0)
    >>> round(found.pcnum, 9), found.intra, round(found.direct, 9), round(found.step, 9)
    (22.0, 12.0, 8.0, 2.0)
    >>> cut = connectivity_totals([2, 2, 2], [0, 1], [1, 2], [0.5, 0.5], p_min=0.4)
    >>> round(cut.pcnum, 9), round(cut.error_bound, 9)  # 0.4 x 2 x 2 x 2
    (20.0, 3.2)
    """
    capacity = checked_capacity(capacity)
    n, limit = capacity.size, path_limit(p_min)
    network = _checked_network(network, n)
    length = path_lengths(probability, limit=limit)
    graph = prepare_graph(n, a, b, length, threads=threads)
    check_exact(graph, p_min)
    own = capacity[graph.patch]
    direct = float(path_kernels.sum_links(graph[:3], own, limit))
    graph = thinned(graph, detours=1, threads=threads)
    label = network[graph.patch]
    sums = _sums(
        graph, own, label, np.ones(1), np.array([limit]), "PC", threads=threads
    )[0]
    intra = float(own @ own)
    step = float(own @ sums[0]) - direct
    reached = np.empty(n)
    reached[graph.patch] = sums[0]
    squares = np.bincount(label, own**2)
    return Totals(
        pcnum=intra + float(own @ sums[0]),
        error_bound=float(
            _bound(graph, own, sums[1], p_min, np.zeros(n, np.int64)).sum()
        ),
        intra=intra,
        direct=direct,
        # Rounding alone must not make the rest negative.
        step=max(0.0, step) if step > -1e-9 * (intra + direct) else step,
        reached=reached,
        network_pcnum=squares + np.bincount(label, own * sums[2]),
        network_error_bound=_bound(graph, own, sums[3], p_min, label),
    )


def dispersal_sweep(
    capacity, a, b, distance_m, crossing, d0_m, *, p0, p_min, threads=1
):
    """PCnum for several dispersal distances, over one graph prepared once.

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link; every two patches at most once.
    distance_m : array_like of float, shape (n_links,)
        Gap, or cost of the easiest path, of each link [m]; zero or more.
    crossing : array_like of float, shape (n_links,)
        Chance to get across the barriers of each link, 0 to 1.
    d0_m : array_like of float, shape (n_distances,)
        Distances at which the chance is `p0` [m]; above zero.
    p0 : float
        Chance at `d0_m`; between 0 and 1, both excluded.
    p_min : float
        As for `connectivity_totals`.
    threads : int
        Processors to use; the results do not depend on it.

    Returns
    -------
    pcnum, error_bound : ndarray of float, shape (n_distances,)
        As `connectivity_totals` gives for each, of the links with chance
        ``p0 ** (distance_m / d0_m) * crossing`` [ha2].

    Raises
    ------
    ValueError
        If a value is out of range, or two links join the same patches.

    Notes
    -----
    Without barriers the shortest path is the same for every distance, and each patch
    is searched from once. Links to be left out are chosen so that it holds for all.

    Examples
    --------
    >>> pcnum, bound = dispersal_sweep([1, 2], [0], [1], [200], [1.0], [100, 200],
    ...                                p0=0.5, p_min=1e-4)
    >>> pcnum.round(9).tolist()  # 5 and 2 x 2 x (1 / 4 and 1 / 2)
    [6.0, 7.0]
    """
    capacity = checked_capacity(capacity)
    n, limit = capacity.size, path_limit(p_min)
    d0_m = np.asarray(d0_m, dtype=float).reshape(-1)
    for one in d0_m:
        dispersal_probability(distance_m, d0_m=one, p0=p0)  # checks all three
    rate = -np.log(p0) / d0_m
    barrier = path_lengths(crossing, limit=limit)
    graph, cost = _one_graph_for_all(n, a, b, distance_m, barrier, threads)
    check_exact(graph, p_min)
    own, label = capacity[graph.patch], np.zeros(n, dtype=np.int64)
    if not cost.any():
        sums = _sums(
            graph, own, label, rate, limit / rate, "all distances", threads=threads
        )
    else:
        sums = np.empty((rate.size, 4, n))
        for at, one in enumerate(rate):
            length = exact_sums(one * graph.length + cost, limit=limit)
            columns = sort_rows(graph.first, graph.neighbour, length, threads=threads)
            sums[at] = _sums(
                Graph(graph.first, *columns, graph.patch),
                own,
                label,
                np.ones(1),
                np.array([limit]),
                f"distance {at + 1} of {rate.size}",
                threads=threads,
            )[0]
    bound = [_bound(graph, own, reached[1], p_min, label).sum() for reached in sums]
    return own @ own + sums[:, 0] @ own, np.array(bound)


def path_probabilities(n, a, b, probability, *, p_min, threads=1):
    """Chance of reaching every patch from every other by the best path.

    Parameters
    ----------
    n : int
        Number of patches.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link, 0 to n - 1; of links between the same two
        patches the best counts.
    probability : array_like of float, shape (n_links,)
        Chance of the direct move, 0 to 1; touching patches have 1.
    p_min : float
        Smaller chances count as zero; from 0 (no limit) to 1.
    threads : int
        Processors to use; the result does not depend on it.

    Returns
    -------
    csr_array of float, shape (n, n)
        Symmetric, one on the diagonal, columns ascending; chances below `p_min` are
        absent.

    Raises
    ------
    ValueError
        If a probability lies outside 0 to 1, or `p_min` does, or there is no limit
        and too many patches hang together.
    MemoryError
        If the table would not fit in memory; its totals do: `connectivity_totals`.

    Examples
    --------
    >>> path_probabilities(3, [0, 1], [1, 2], [0.5, 0.5], p_min=1e-4).toarray()
    array([[1.  , 0.5 , 0.25],
           [0.5 , 1.  , 0.5 ],
           [0.25, 0.5 , 1.  ]])
    """
    limit = path_limit(p_min)
    length = path_lengths(probability, limit=limit)
    graph = prepare_graph(n, a, b, length, threads=threads)
    check_exact(graph, p_min)
    graph = thinned(graph, detours=1, threads=threads)
    return path_table(graph, limit, p_min, threads=threads)


def probability_of_connectivity(capacity, path):
    r"""Numerator of the probability of connectivity.

    .. math:: PC_{num} = \sum_i \sum_j a_i \, a_j \, p^*_{ij}

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    path : array or sparse array of float, shape (n, n)
        Chance of reaching patch j from patch i by the best path, in [0, 1];
        symmetric, one on the diagonal.

    Returns
    -------
    float
        PCnum [ha2], over ordered pairs, each patch with itself included.

    Raises
    ------
    ValueError
        If the shapes disagree, or a capacity is negative or missing.

    References
    ----------
    Saura & Pascual-Hortal (2007), https://doi.org/10.1016/j.landurbplan.2007.03.005

    Examples
    --------
    >>> probability_of_connectivity([3, 4], np.eye(2))
    25.0
    """
    a = checked_capacity(capacity)
    if path.shape != (a.size, a.size):
        raise ValueError(f"{a.size} capacities need a square matrix of that size")
    return float(a @ (path @ a))


def equivalent_connected_area(capacity, path):
    r"""Size of the single patch that would be as reachable as the whole network.

    .. math:: \mathrm{ECA} = \sqrt{\sum_i \sum_j a_i \, a_j \, p^*_{ij}}

    Parameters
    ----------
    capacity : array_like of float, shape (n,)
        Capacity of each patch [effective ha]; zero or more.
    path : array or sparse array of float, shape (n, n)
        Chance of reaching patch j from patch i by the best path, in [0, 1];
        symmetric, one on the diagonal.

    Returns
    -------
    float
        ECA [ha], from ``sqrt(sum(capacity**2))`` (every patch isolated) to
        ``sum(capacity)`` (every patch surely reaches every other).

    Raises
    ------
    ValueError
        If the shapes disagree, or a capacity is negative or missing.

    References
    ----------
    Saura et al. (2011), https://doi.org/10.1016/j.ecolind.2010.06.011

    Examples
    --------
    >>> equivalent_connected_area([3, 4], np.eye(2))
    5.0
    >>> equivalent_connected_area([3, 4], np.ones((2, 2)))
    7.0
    """
    return float(np.sqrt(probability_of_connectivity(capacity, path)))


def _checked_network(network, n):
    """Network of each patch as numbers that can be counted."""
    if network is None:
        return np.zeros(n, dtype=np.int64)
    network = np.asarray(network, dtype=np.int64)
    if network.shape != (n,) or (network < 0).any():
        raise ValueError(f"each of the {n} patches needs a network, numbered from 0")
    return network


def _sums(graph, own, label, scales, limits, what, *, threads):
    """Sum up what each node reaches, as `reach_kernels.sum_reached` tells it."""
    n = own.size
    rooms = Workspaces(lambda: reach_kernels.new_search(n, limits.max()))
    sums = np.empty((scales.size, 4, n))

    def sum_block(start, stop):
        with rooms.lent() as search:
            reach_kernels.sum_reached(
                start, stop, graph[:3], (own, label), scales, limits, search, sums
            )

    block = searches_per_block(mean_reach(graph, limits.max())) if n else 1
    finish(in_blocks(sum_block, n, block=block, threads=threads, label=what))
    return sums


def _bound(graph, own, reached, p_min, label):
    """For each label, what its pairs that were not reached can add to PCnum."""
    component = component_of(graph)
    if not own.size:
        return np.zeros(0)
    _, first, both = np.unique(
        label * (component.max() + 1) + component,
        return_index=True,
        return_inverse=True,
    )
    together = np.bincount(both, own) ** 2
    missed = together - np.bincount(both, own * (own + reached))
    missed[missed < 1e-12 * together] = 0.0  # rounding
    return p_min * np.bincount(label[first], missed)


def _one_graph_for_all(n, a, b, distance_m, barrier, threads):
    """Links by distance, with the cost of barriers, that any distance needs."""
    a, b = checked_ends(n, a, b)
    distance_m = np.where(np.isfinite(barrier), distance_m, np.inf)
    first, neighbour, link, length, patch = rows(n, a, b, distance_m, threads=threads)
    keep = np.empty(neighbour.size, dtype=np.bool_)
    if graph_kernels.mark_lightest(first, neighbour, keep):
        again = link[~keep][0]
        raise ValueError(
            f"{(~keep).sum() // 2} links join patches that another joins already"
            f" (one: {a[again]} to {b[again]}); keep the best of them"
        )
    cost = barrier[link]
    graph = Graph(first, neighbour, length, patch)
    keep = needed_links(graph, detours=1, cost=cost, threads=threads)
    first, neighbour, length, cost = selected(first, keep, neighbour, length, cost)
    return Graph(first, neighbour, length, patch), cost
