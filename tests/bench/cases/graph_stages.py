"""The stages of the work on a graph one by one: only their growth is looked at."""

import gain_sides
import group_graph
import numpy as np
from importance_sides import importance

from robuust.connectivity import connectivity_totals
from robuust.graphs import prepare_graph, thinned
from robuust.hops import integral_index_of_connectivity, patch_importance_by_hops
from robuust.metapopulation import metapopulation_capacity

TITLE = "stages of the work on a graph"
SIZES = {"small": 10_000, "full": 100_000}
PEERS = ()
CAP_M = 2_000.0
# Hops know no cut: their work is the square of what hangs together. Links of up to
# 250 m leave components of a bounded size; longer ones join the whole country.
HOP_M = 250.0


def prepare(folder, n):
    """Write the patches and their links."""
    group_graph.write_graph(folder / "graph.npz", n, cap_m=CAP_M)


def read(folder):
    """Links as they are, and as a graph that is ready."""
    return _ready(group_graph.read_graph(folder / "graph.npz"))


def small(stages):
    """Few patches."""
    return _ready(group_graph.small_graph(stages["links"]))


def _ready(links):
    short = links["gap_m"] <= HOP_M
    hops = {name: links[name][short] for name in ("a", "b")}
    length = -np.log(links["probability"])
    graph = prepare_graph(links["area_ha"].size, links["a"], links["b"], length)
    gains = gain_sides.split(links, gain_sides.EVERY)
    return {"links": links, "hops": hops, "graph": graph, "gains": gains}


def preparation(stages):
    """Number the patches, and sort the links of each."""
    links = stages["links"]
    length = -np.log(links["probability"])
    ends = links["a"], links["b"]
    graph = prepare_graph(links["area_ha"].size, *ends, length, threads=2)
    return {"links": graph.length.size}


def thinning(stages):
    """Leave out links that no best path needs."""
    return {"links": thinned(stages["graph"], threads=2).length.size}


def pc(stages):
    """PC of the whole network."""
    links = stages["links"]
    totals = connectivity_totals(
        links["area_ha"],
        *(links[name] for name in ("a", "b", "probability")),
        p_min=links["p_min"],
        threads=2,
    )
    return {"pcnum": totals.pcnum}


def dpc(stages):
    """What each patch adds to PC."""
    return importance(stages["links"])


def iic(stages):
    """IIC of the whole network."""
    hops = stages["hops"]
    area_ha = stages["links"]["area_ha"]
    return {
        "iicnum": integral_index_of_connectivity(
            area_ha, hops["a"], hops["b"], threads=2
        )
    }


def diic(stages):
    """What each patch adds to IIC."""
    hops = stages["hops"]
    area_ha = stages["links"]["area_ha"]
    return patch_importance_by_hops(area_ha, hops["a"], hops["b"], threads=2)


def metapopulation(stages):
    """Metapopulation capacity and the shares in it."""
    links = stages["links"]
    value, _ = metapopulation_capacity(
        links["area_ha"],
        *(links[name] for name in ("a", "b", "probability")),
        exponent=0.5,
    )
    return {"value": value}


def gains(stages):
    """What new patches bring."""
    return gain_sides.gains(stages["gains"])
