"""Which links are told one by one, and which long ones add nothing to the others."""

import numpy as np

from robuust.checks import checked_numbers
from robuust.graphs import Graph, check_each_link, checked_ends, needed_links, rows


def links_to_list(n, a, b, distance_m, crossing, *, dispersal_max_m, threads=1):
    """Tell which links any question about the network may ask for.

    Those within the dispersal distance, and longer ones that some best path may need. A
    longer link is left out when two detours over other patches are as short, by shorter
    links, and let as many across their barriers: whatever the dispersal distance, and
    whichever patch or link is gone, such a link is on no best path. Far-ranging animals
    reach thousands of patches, nearly all of them better in steps.

    Parameters
    ----------
    n : int
        Number of patches.
    a, b : array_like of int, shape (n_links,)
        The two patches of each link; no two links join the same.
    distance_m : array_like of float, shape (n_links,)
        Length of the move [m]; zero or more. Nothing else may hinder it but barriers.
    crossing : array_like of float, shape (n_links,)
        Chance to get across the barriers. Links that nobody crosses today are kept:
        what a crossing would bring is asked of them.
    dispersal_max_m : float
        Links up to this length are kept [m].
    threads : int
        Processors to use; the result does not depend on it.

    Returns
    -------
    ndarray of bool, shape (n_links,)

    Examples
    --------
    A row of patches 100 m apart, all linked: of the links of 300 m and more, each step
    of which may be taken in two ways, none is told.

    >>> x = np.arange(5) * 100.0
    >>> a, b = np.triu_indices(5, 1)
    >>> told = links_to_list(5, a, b, x[b] - x[a], np.ones(10), dispersal_max_m=100)
    >>> (x[b] - x[a])[told].tolist()
    [100.0, 200.0, 100.0, 200.0, 100.0, 200.0, 100.0]
    """
    a, b = checked_ends(n, a, b)
    crossing = np.asarray(crossing, dtype=float)
    distance_m = checked_numbers(
        distance_m, "every link needs a length of zero or more", "make the links again"
    )
    check_each_link(a, distance_m, "lengths")
    check_each_link(a, crossing, "chances to cross")
    listed = (distance_m <= dispersal_max_m) | (crossing == 0)
    if listed.all():
        return listed
    usable = np.where(crossing > 0, distance_m, np.inf)
    first, neighbour, link, length, patch = rows(n, a, b, usable, threads=threads)
    hindrance = -np.log(crossing[link])
    graph = Graph(first, neighbour, length, patch)
    needed = needed_links(graph, cost=hindrance, threads=threads)
    listed[link[needed]] = True
    return listed
