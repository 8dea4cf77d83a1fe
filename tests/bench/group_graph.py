"""Patches of one species group in the invented landscape, and the links between them.

A group has an eighth of the habitat polygons, joined where gaps are at most 20 m: about
three patches per km2. Half of the dispersers bridge 500 m.
"""

import landscape
import numpy as np
import shapely

from robuust.gaps import near_pairs
from robuust.network import components, dispersal_probability

JOIN_M = 20.0
D0_M, P0 = 500.0, 0.5
P_MIN = 0.01
_SMALL = 200  # patches of the warm-up: few, so that nothing needs a cut there


def write_graph(path, n, *, cap_m):
    """Write the first n patches and their links of at most `cap_m` as .npz.

    Parameters
    ----------
    path : Path
    n : int
        Patches.
    cap_m : float
        Longest link, from edge to edge [m].
    """
    made = int(1.5 * n) + 50
    while True:
        shapes = landscape.polygons(made, groups=1)
        i, j, gap_m = near_pairs(shapes, cap_m)
        joined = gap_m <= JOIN_M
        patch = components(made, i[joined], j[joined])
        if patch.max() >= n:
            break
        made = int(made * 1.2)
    a, b, gap_m = _nearest(patch[i], patch[j], gap_m)
    inside = (a < n) & (b < n)
    area_ha = np.bincount(patch, weights=shapely.area(shapes) / 10_000)
    np.savez(path, area_ha=area_ha[:n], a=a[inside], b=b[inside], gap_m=gap_m[inside])


def _nearest(one, other, gap_m):
    """Least gap of every two patches."""
    a, b = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((gap_m, b, a))
    order = order[a[order] < b[order]]
    a, b, gap_m = a[order], b[order], gap_m[order]
    new = np.ones(a.size, dtype=bool)
    new[1:] = (a[1:] > a[:-1]) | (b[1:] > b[:-1])
    return a[new], b[new], gap_m[new]


def read_graph(path):
    """Read a graph, with the chance of each link and the cut.

    Returns
    -------
    dict
        area_ha, a, b, gap_m, probability, p_min.
    """
    with np.load(path) as stored:
        graph = dict(stored)
    return _with_chances(graph, P_MIN)


def _with_chances(graph, p_min):
    probability = dispersal_probability(graph["gap_m"], d0_m=D0_M, p0=P0)
    return graph | {"probability": probability, "p_min": p_min}


def small_graph(graph):
    """The first patches of a graph, without a cut: all tools agree on those."""
    inside = (graph["a"] < _SMALL) & (graph["b"] < _SMALL)
    links = {name: graph[name][inside] for name in ("a", "b", "gap_m")}
    return _with_chances(links | {"area_ha": graph["area_ha"][:_SMALL]}, 0.0)


def habitat_graph(graph, **options):
    """The same graph for landschaft, whose building is part of its work.

    It follows Conefor: with a cut, a path may exceed it by its last link, so that its
    totals are between ours and ours with the bound of the cut.
    """
    import landschaft

    pairs = np.column_stack([graph["a"] + 1, graph["b"] + 1, graph["gap_m"]])
    return landschaft.HabitatGraph(
        graph["area_ha"], pairs, convention="conefor", n_threads=2, **options
    )


def dispersal(graph):
    """Arguments of landschaft's indices for the dispersal of this group."""
    return {"distance": D0_M, "probability": P0, "pij_min": graph["p_min"]}
