"""Candidates in the invented landscape: every tenth patch of a group."""

import group_graph
import numpy as np

from robuust.connectivity import connectivity_totals
from robuust.restoration_gain import pcnum_rises

EVERY = 10


def prepare(folder, n):
    """Write the patches and their links."""
    group_graph.write_graph(folder / "graph.npz", n, cap_m=1_000)


def read(folder, *, every=EVERY):
    """Split a graph into the patches that are there, and every so many as candidates.

    Returns
    -------
    dict
        all (graph of both), is_candidate, base (graph of the patches that are there),
        candidate, patch, probability (links between the two), own (area [ha]).
    """
    return split(group_graph.read_graph(folder / "graph.npz"), every)


def small(case, *, every=EVERY):
    """Take few patches, without a cut."""
    return split(group_graph.small_graph(case["all"]), every)


def split(graph, every):
    """Take every so many patches out of a graph, as candidates; see `read`."""
    n = graph["area_ha"].size
    is_candidate = np.arange(n) % every == every - 1
    number = np.where(is_candidate, np.cumsum(is_candidate), np.cumsum(~is_candidate))
    number = number - 1
    a, b = graph["a"], graph["b"]
    within = ~is_candidate[a] & ~is_candidate[b]
    base = graph | {
        "area_ha": graph["area_ha"][~is_candidate],
        "a": number[a[within]],
        "b": number[b[within]],
        "probability": graph["probability"][within],
    }
    between = is_candidate[a] != is_candidate[b]
    swap = is_candidate[b[between]]
    ends = np.where(swap, (b[between], a[between]), (a[between], b[between]))
    return {
        "all": graph,
        "is_candidate": is_candidate,
        "base": base,
        "candidate": number[ends[0]],
        "patch": number[ends[1]],
        "probability": graph["probability"][between],
        "own": graph["area_ha"][is_candidate],
    }


def gains(case):
    """Rise of PCnum for each candidate, from bare links on."""
    base = case["base"]
    rises = pcnum_rises(
        base["area_ha"],
        (base["a"], base["b"], base["probability"]),
        *(case[name] for name in ("candidate", "patch", "probability", "own")),
        p_min=base["p_min"],
        threads=2,
    )
    return {"gain": rises}


def with_candidate(case, candidate):
    """Graph of the patches that are there and one candidate."""
    base, chosen = case["base"], case["candidate"] == candidate
    n = base["area_ha"].size
    return base | {
        "area_ha": np.append(base["area_ha"], case["own"][candidate]),
        "a": np.append(base["a"], case["patch"][chosen]),
        "b": np.append(base["b"], np.full(chosen.sum(), n)),
        "probability": np.append(base["probability"], case["probability"][chosen]),
    }


def pcnum(graph):
    """PCnum of a graph by the kernels."""
    links = graph["a"], graph["b"], graph["probability"]
    return connectivity_totals(
        graph["area_ha"], *links, p_min=graph["p_min"], threads=2
    ).pcnum
