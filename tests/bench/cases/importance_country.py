"""What each patch of a country adds to PC, against landschaft and against PC alone."""

import group_graph
import numpy as np
from importance_sides import importance, importance_difference, landschaft_importance
from judgement import Peer

from robuust.connectivity import connectivity_totals

TITLE = "dPC and fractions of patches linked up to 2 km, chances below 0.01 cut"
SIZES = {"full": 95_000}  # on 10,000 it would be importance_2km once more
PEERS = (
    Peer("landschaft", row="P8", must=12, ambitious=50, needs="landschaft"),
    Peer("pc_alone", row="P8", must=6, ambitious=3, at_most=True),
)
PEAK_MIB = {"full": 0.6 * 1024}  # P17; 0.4 GiB would be ambitious
small, ours, landschaft = group_graph.small_graph, importance, landschaft_importance


def prepare(folder, n):
    """Write the patches and their links."""
    group_graph.write_graph(folder / "graph.npz", n, cap_m=2_000)


def read(folder):
    """Patches, links and the cut."""
    return group_graph.read_graph(folder / "graph.npz")


def pc_alone(graph):
    """PC of the whole network, and the share of each patch's own square in it."""
    links = graph["a"], graph["b"], graph["probability"]
    totals = connectivity_totals(
        graph["area_ha"], *links, p_min=graph["p_min"], threads=2
    )
    return {"dpc_intra": 100 * graph["area_ha"] ** 2 / totals.pcnum}


def difference(side, ours, theirs, *, cut):
    """As for any importance; PC alone must be the total that the shares are of."""
    if side == "landschaft":
        return importance_difference(side, ours, theirs, cut=cut)
    same = np.allclose(ours["dpc_intra"], theirs["dpc_intra"], rtol=1e-9, atol=0)
    return "" if same else "not the same PC"
