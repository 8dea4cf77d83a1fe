"""What each patch adds to PC, against a whole run of scipy without each patch."""

import group_graph
import numpy as np
from importance_sides import importance
from judgement import Peer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

TITLE = "dPC of patches linked up to 1 km, chances below 0.01 cut"
SIZES = {"small": 1_000, "full": 1_000}
PEERS = (Peer("naive", row="P10", must=500, ambitious=2_000),)
REMOVED = 12  # patches that the naive way is timed on; the rest is as slow
small, ours = group_graph.small_graph, importance


def prepare(folder, n):
    """Write the patches and their links."""
    group_graph.write_graph(folder / "graph.npz", n, cap_m=1_000)


def read(folder):
    """Patches, links and the cut."""
    return group_graph.read_graph(folder / "graph.npz")


def naive(graph):
    """All best paths once with every patch, and once without each of some."""
    n = graph["area_ha"].size
    removed = np.linspace(0, n - 1, REMOVED).astype(int)
    whole = _pcnum(graph, np.ones(n, dtype=bool))
    without = [_pcnum(graph, np.arange(n) != k) for k in removed]
    return {
        "removed": removed,
        "dpc": 100 * (1 - np.array(without) / whole),
        "work_share": (REMOVED + 1) / (n + 1),
    }


def _pcnum(graph, kept):
    """PC of the patches that are kept."""
    a, b = graph["a"], graph["b"]
    there = kept[a] & kept[b]
    number = np.cumsum(kept) - 1
    # The matrix is sparse, and must tell a link of touching patches from none.
    length = np.maximum(-np.log(graph["probability"][there]), 1e-300)
    index = (number[a[there]], number[b[there]])
    limit = -np.log(graph["p_min"]) if graph["p_min"] else np.inf
    links = coo_array((length, index), shape=(kept.sum(),) * 2).tocsr()
    chance = np.exp(-dijkstra(links, directed=False, limit=limit))
    area_ha = graph["area_ha"][kept]
    return area_ha @ chance @ area_ha


def difference(side, ours, theirs, *, cut):
    """The patches that were removed lose the same."""
    mine = ours["dpc"][theirs["removed"]]
    worst = np.abs(mine - theirs["dpc"]).max()
    return f"dPC by {worst:.2g} %" if worst > 1e-9 else ""
