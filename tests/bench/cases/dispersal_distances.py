"""PC for five dispersal distances on one graph, against five separate runs."""

import group_graph
import numpy as np
from judgement import Peer

from robuust.connectivity import connectivity_totals, dispersal_sweep
from robuust.network import dispersal_probability

TITLE = "PC for five dispersal distances, of patches linked up to 2 km"
SIZES = {"small": 10_000, "full": 95_000}
PEERS = (Peer("separate", row="P16", must=2, ambitious=3),)
D0_M = (100.0, 150.0, 200.0, 250.0, 300.0)
small = group_graph.small_graph


def prepare(folder, n):
    """Write the patches and their links."""
    group_graph.write_graph(folder / "graph.npz", n, cap_m=2_000)


def read(folder):
    """Patches and links."""
    return group_graph.read_graph(folder / "graph.npz")


def ours(graph):
    """All distances in one pass over one prepared graph."""
    crossing = np.ones(graph["a"].size)
    swept = dispersal_sweep(
        *(graph[name] for name in ("area_ha", "a", "b", "gap_m")),
        crossing,
        D0_M,
        p0=group_graph.P0,
        p_min=graph["p_min"],
        threads=2,
    )
    return {"pcnum": np.asarray(swept[0])}


def separate(graph):
    """One run after the other."""
    found = []
    for d0_m in D0_M:
        chance = dispersal_probability(graph["gap_m"], d0_m=d0_m, p0=group_graph.P0)
        links = graph["a"], graph["b"], chance
        totals = connectivity_totals(
            graph["area_ha"], *links, p_min=graph["p_min"], threads=2
        )
        found.append(totals.pcnum)
    return {"pcnum": np.array(found)}


def difference(side, ours, theirs, *, cut):
    """The same indices."""
    same = np.allclose(ours["pcnum"], theirs["pcnum"], rtol=1e-9, atol=0)
    return "" if same else f"PCnum {ours['pcnum']}, separately {theirs['pcnum']}"
