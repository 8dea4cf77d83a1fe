"""Rough land with patches, and its least costs over a plain graph, by scipy."""

import numpy as np
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from robuust.direct_costs import direct_links

CELL_M = 25.0
FAR_M = 1e6
CLOSE = {"rel": 1e-9, "abs": 1e-4}


def mosaic(shape, seed, *, labels=6, patches=0.05, closed=0.05):
    """Rough land, some of it closed, and scattered patches."""
    rng = np.random.default_rng(seed)
    land = rng.choice([1.0, 2.0, 2.5, 30.0], shape).astype(np.float32)
    land[rng.random(shape) < closed] = np.nan
    patch = rng.integers(1, labels + 1, shape) * (rng.random(shape) < patches)
    land[patch > 0] = 1
    return land, patch.astype(np.int32)


@st.composite
def landscapes(draw):
    shape = draw(st.integers(1, 14)), draw(st.integers(1, 14))
    seed = draw(st.integers(0, 2**32 - 1))
    closed = draw(st.sampled_from([0.0, 0.1, 0.5]))
    return mosaic(shape, seed, patches=draw(st.floats(0, 0.4)), closed=closed)


def move_graph(land):
    """All moves between cells as a sparse graph."""
    number = np.arange(land.size).reshape(land.shape)
    ends, cost = [], []
    for v, u in ((0, 1), (1, -1), (1, 0), (1, 1)):
        n_rows, n_columns = land.shape
        here = slice(0, n_rows - v), slice(max(-u, 0), n_columns - max(u, 0))
        there = slice(v, n_rows), slice(max(u, 0), n_columns - max(-u, 0))
        ends.append(np.stack([number[here].ravel(), number[there].ravel()]))
        mean = (land[here].astype(float) + land[there]) / 2
        cost.append(mean.ravel() * np.hypot(v, u) * CELL_M)
    ends, cost = np.concatenate(ends, axis=1), np.concatenate(cost)
    open_ = np.isfinite(cost)
    return coo_array((cost[open_], ends[:, open_]), shape=(land.size,) * 2).tocsr()


def all_pairs(land, patch):
    """Least cost between each two patches, by scipy."""
    graph, pairs = move_graph(land), {}
    flat = patch.ravel()
    for a in np.unique(flat[flat > 0]):
        reached = dijkstra(
            graph, directed=False, indices=np.flatnonzero(flat == a), min_only=True
        )
        for b in np.unique(flat[flat > a]):
            if np.isfinite(cost := reached[flat == b].min()):
                pairs[int(a), int(b)] = cost
    return pairs


def as_pairs(a, b, cost_m):
    keys = zip(a.tolist(), b.tolist(), strict=True)
    return dict(zip(keys, cost_m.tolist(), strict=True))


def direct(land, patch, *, max_cost_m=FAR_M, **options):
    """Least cost of each pair, by the library."""
    found = direct_links(land, patch, cell_m=CELL_M, max_cost_m=max_cost_m, **options)
    return as_pairs(*found[:3])


def cost_along(way, land):
    """Cost of a line through the centres of cells of side 1, per cell of CELL_M."""
    total = 0.0
    for (x, y), (to_x, to_y) in zip(way.coords[:-1], way.coords[1:], strict=True):
        moves = int(max(abs(to_x - x), abs(to_y - y)))
        columns = np.rint(np.linspace(x, to_x, moves + 1) - 0.5).astype(int)
        rows = np.rint(-np.linspace(y, to_y, moves + 1) - 0.5).astype(int)
        value = land[rows, columns].astype(float)
        length = np.hypot(to_x - x, to_y - y) / moves
        total += (value[1:] + value[:-1]).sum() / 2 * length * CELL_M
    return total
