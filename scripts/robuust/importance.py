"""What each patch adds: PC without it, exact, for every patch.

Removing patch k only changes pairs whose best path runs through k. Those pairs are
read from the tree of best paths and repaired alone, so that not a single run over
the whole network is needed per patch.
"""

import itertools

import numpy as np

from robuust.graphs import prepare_graph, thinned
from robuust.kept_pieces import Pieces, array_digest
from robuust.paths import (
    TIE,
    Workspaces,
    check_exact,
    checked_capacity,
    mean_reach,
    path_lengths,
    path_limit,
    sources_per_block,
)
from robuust_kernels import graph_kernels, importance_kernels
from robuust_kernels.blocks import in_blocks

SECTIONS = 16  # of the nodes: each is summed up by itself, perhaps by another job


def patch_importance(capacity, a, b, probability, *, p_min, threads=1, pieces=None):
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
        Path probabilities below it count as zero; 0 for no limit, for up to
        `EXACT_PATCHES` patches that hang together.
    threads : int
        Processors to use; the results do not depend on it.
    pieces : Pieces or None
        Sums of `SECTIONS` that are known already; takes those made here. Where other
        jobs make a share of them, they are what is asked for, not what is returned.

    Returns
    -------
    dict of str to ndarray of float, shape (n,)
        ``dpc``, ``dpc_intra``, ``dpc_flux``, ``dpc_connector`` [percent of PCnum]
        and ``betweenness`` [ha2]: the sum of a_i a_j p*_ij over ordered pairs whose
        every best path runs through the patch.

    Raises
    ------
    ValueError
        If a capacity is negative or missing, a probability outside 0 to 1, or too
        many patches hang together for no limit.

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
    capacity = checked_capacity(capacity)
    n, limit = capacity.size, path_limit(p_min)
    length = path_lengths(probability, limit=limit)
    graph = prepare_graph(n, a, b, length, threads=threads)
    check_exact(graph, p_min)
    graph = thinned(graph, threads=threads)
    own = capacity[graph.patch]
    reached, loss, flow = removal_losses(
        *(graph, own, limit, "importance of patches"),
        of_links=False,
        threads=threads,
        pieces=pieces,
    )
    total = own @ own + own @ reached
    scale = 100 / total if total > 0 else 0.0
    columns = {
        "dpc": scale * (own**2 + 2 * own * reached + 2 * loss),
        "dpc_intra": scale * own**2,
        "dpc_flux": scale * 2 * own * reached,
        "dpc_connector": scale * 2 * loss,
        "betweenness": 2 * flow,
    }
    number = np.argsort(graph.patch)
    return {name: column[number] for name, column in columns.items()}


def removal_losses(graph, own, limit, what, *, of_links, threads=1, pieces=None):
    """Sum up what other pairs lose without each node, or without each link.

    Parameters
    ----------
    graph : Graph
        Thinned for removals.
    own : ndarray of float64, shape (n,)
        Capacity of each node.
    limit : float
        Length of the longest path, as `paths.path_limit` gives it.
    what : str
        Words for progress.
    of_links : bool
        Whether links are removed rather than nodes.
    threads : int
        Processors to use; the results do not depend on it.
    pieces : Pieces or None
        Sums of `SECTIONS` that are known already; takes those made here. Where other
        jobs make a share of them, they are what is asked for, not what is returned.

    Returns
    -------
    reached : ndarray of float, shape (n,)
        Capacity times chance of all that each node reaches.
    loss, flow : ndarray of float, shape (n,) or (n_arcs,)
        Over unordered pairs: what they lose, and what flows between those that lose
        anything. Links have theirs at one or both of their ends, to be added.
    """
    n, n_arcs = own.size, graph.length.size
    turn, walk = np.empty((2, n), dtype=np.int32)
    graph_kernels.number_nearby(graph.first, graph.neighbour, n, walk)
    turn[walk] = np.arange(n, dtype=np.int32)
    lean = thinned(graph, detours=1, threads=threads)  # as long as nothing is removed
    chances = np.exp(-graph.length)
    reached = np.zeros(n)
    room_to_sum = np.zeros((2, n_arcs if of_links else n))
    cut = limit, float(np.exp(-limit)) * (1 - TIE), TIE
    rooms = Workspaces(
        lambda: importance_kernels.new_room(n, n_arcs, of_links=of_links)
    )
    block = sources_per_block(mean_reach(lean, limit))
    # The first block of each section, and behind the last.
    edges = section_edges(-(-n // block))

    def lose_block(number):
        with rooms.lent() as room:
            return importance_kernels.removal_losses(
                number * block,
                min((number + 1) * block, n),
                graph[:3],
                lean[:3],
                chances,
                (own, turn),
                cut,
                of_links,
                room,
                reached,
            )

    digests = _section_digests(graph, (own, chances), limit, of_links, pieces)
    pieces = pieces or Pieces(keep=False)
    numbers = blocks_to_sum(pieces, digests, edges)
    blocks = in_blocks(
        lambda start, _: lose_block(numbers[start]),
        len(numbers),
        block=1,
        threads=threads,
        label=what,
    )

    def sum_section(k):
        of_section = itertools.islice(blocks, edges[k + 1] - edges[k])
        sums = _sum_blocks(of_section, *room_to_sum)
        return reached[edges[k] * block : edges[k + 1] * block].copy(), *sums

    loss, flow = np.zeros_like(room_to_sum)
    for k, section in enumerate(pieces.one_by_one(digests, sum_section)):
        if section is not None:
            reached[edges[k] * block : edges[k + 1] * block] = section[0]
            loss[section[1]] += section[2]
            flow[section[1]] += section[3]
    return reached, loss, flow


def _sum_blocks(blocks, loss, flow):
    """Sum up blocks in arrays of zeros, left so: what is removed, loss and flow."""
    low, high = flow.size, 0
    for removed, lost, through in blocks:
        loss[removed] += lost
        flow[removed] += through
        low = min(low, removed.min(initial=low))
        high = max(high, removed.max(initial=-1) + 1)
    removed = low + np.flatnonzero(flow[low:high])
    sums = removed, loss[removed], flow[removed]
    loss[low:high], flow[low:high] = 0.0, 0.0
    return sums


def _section_digests(graph, values, limit, of_links, pieces):
    """Name the sections; to be known again, by all that they follow from."""
    if pieces is None:
        return range(SECTIONS)
    # What they reach may be the whole graph.
    whole = array_digest(*graph[:3], *values, np.array([limit, of_links]))
    return [f"removals {whole} {k}" for k in range(SECTIONS)]


def blocks_to_sum(pieces, digests, edges):
    """List the blocks of the sections to sum up here, in the order of these.

    Parameters
    ----------
    pieces : Pieces
    digests : sequence of str, length SECTIONS
    edges : list of int
        As `section_edges` gives them.

    Returns
    -------
    list of int
        `Pieces.one_by_one` asks for the sections in the same order, so that each can
        take its blocks from one stream.
    """
    return [
        number
        for k in pieces.missing(digests)
        for number in range(edges[k], edges[k + 1])
    ]


def section_edges(n_blocks):
    """Divide blocks over the sections.

    Parameters
    ----------
    n_blocks : int

    Returns
    -------
    list of int, length SECTIONS + 1
        The first block of each section, and the number of blocks.

    Examples
    --------
    >>> section_edges(32)[:3], section_edges(1)[-2:]
    ([0, 2, 4], [0, 1])
    """
    return [n_blocks * k // SECTIONS for k in range(SECTIONS + 1)]
