"""Electric circuits: nodes, wires, and the potentials when a current is sent through.

The equations are solved by SuperLU, from scipy; here is what goes in and comes out.
"""

import sys
import threading
import time
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array, diags_array
from scipy.sparse.csgraph import connected_components

from robuust_kernels.blocks import PATIENCE_S, STEP_S
from robuust_kernels.memory import require_memory

LARGEST_RATIO = 1e9  # of resistances: beyond it, sums of conductances lose the smallest
COLUMN_BYTES = 2**30  # kept of the solutions of one piece, to use for several pairs
FILL_BYTES = 13  # per entry of the factors at the peak, measured
QUICK_FILL = 10**6  # factorised in a fraction of a second
MOST_FILL = 2**31 - 1  # SuperLU counts the entries in 32 bits
TOO_LARGE = {
    "cells": "Use larger cells (twice the side: a quarter of them).",
    "patches": "Ask for fewer patches, or keep only the shorter links.",
}


class Circuit(NamedTuple):
    """Nodes and wires, piece by piece; only the pieces that were asked for."""

    position: np.ndarray  # int64 (n,): where each node stands; -1 in another piece
    first_of_piece: np.ndarray  # int64 (n_pieces + 1,): position of its first node
    wires: csr_array  # conductances by position, both directions


def joined(n, a, b):
    """Find the sets of nodes that hang together.

    Parameters
    ----------
    n : int
        Number of nodes.
    a, b : ndarray of int, shape (n_wires,)
        The two nodes of each wire.

    Returns
    -------
    n_sets : int
    member_of : ndarray of int32, shape (n,)
        Set of each node.

    Examples
    --------
    >>> joined(3, np.array([0]), np.array([2]))
    (2, array([0, 1, 0], dtype=int32))
    """
    wires = coo_array((np.ones(a.size, dtype=np.int8), (a, b)), shape=(n, n))
    return connected_components(wires, directed=False)


def connect(n, a, b, conductance, wanted):
    """Wire the nodes together, keeping only the pieces that are asked for.

    Parameters
    ----------
    n : int
        Number of nodes.
    a, b : ndarray of int, shape (n_wires,)
        The two nodes of each wire; a wire from a node to itself does nothing, several
        between two nodes are side by side.
    conductance : ndarray of float64, shape (n_wires,)
        One over the resistance of each; above zero, finite.
    wanted : ndarray of int
        Nodes whose pieces are kept.

    Returns
    -------
    Circuit

    Examples
    --------
    >>> circuit = connect(4, [0, 2], [1, 3], [1.0, 1.0], [3])
    >>> circuit.position.tolist(), circuit.first_of_piece.tolist()
    ([-1, -1, 0, 1], [0, 2])
    """
    a, b = np.asarray(a), np.asarray(b)
    n_pieces, piece = joined(n, a, b)
    asked = np.zeros(n_pieces, dtype=bool)
    asked[piece[wanted]] = True
    kept = np.flatnonzero(asked[piece])
    kept = kept[np.argsort(piece[kept], kind="stable")]
    position = np.full(n, -1, dtype=np.int64)
    position[kept] = np.arange(kept.size)
    sizes = np.bincount(piece[kept], minlength=n_pieces)[asked]
    wire = asked[piece[a]] & (a != b)
    a, b = (position[end[wire]].astype(np.int32) for end in (a, b))
    conductance = np.asarray(conductance, dtype=float)[wire]
    one_way = coo_array((conductance, (a, b)), shape=(kept.size, kept.size)).tocsr()
    wires = (one_way + one_way.T).tocsr()
    wires.sort_indices()
    return Circuit(position, np.append(0, np.cumsum(sizes)), wires)


def potentials(circuit, at_a, at_b, *, what):
    """Potentials for every pair of nodes that hang together, one pair after the other.

    Each piece is factorised once, and the factors are gone before those of the next.

    Parameters
    ----------
    circuit : Circuit
        From `connect`.
    at_a, at_b : ndarray of int64, shape (n_pairs,)
        Positions of the two nodes of each pair; -1 is nowhere.
    what : {"cells", "patches"}
        What the nodes are, for messages.

    Yields
    ------
    pair : int
        Which pair it is; pairs of the same node or of two pieces are left out, others
        come in an order that takes few solutions.
    begin : int
        Position of the first node of their piece.
    wires : tuple of ndarray
        The piece: first (int64), neighbour (int32), conductance; both directions.
    ends : tuple of int
        a and b within the piece.
    of_a, of_b : ndarray of float64
        Potential at each node of the piece when a current of one enters at a, and when
        it enters at b; both times it leaves at the first node of the piece.

    Raises
    ------
    MemoryError
        If the factors of a piece do not fit in memory.
    """
    pairs = connected_pairs(circuit, at_a, at_b)
    pairs = pairs[np.argsort(at_a[pairs], kind="stable")]  # so also by piece
    pieces, first_pair = np.unique(_piece_of(circuit, at_a[pairs]), return_index=True)
    for piece, here in zip(pieces, np.split(pairs, first_pair[1:]), strict=False):
        start, stop = (int(at) for at in circuit.first_of_piece[piece : piece + 2])
        piece_wires = _block(circuit.wires, start, stop)
        i, j = at_a[here] - start, at_b[here] - start
        kept = max(2, COLUMN_BYTES // (8 * (stop - start)))
        _require_room(piece_wires, min(kept, np.unique([i, j]).size), what)
        column = lru_cache(maxsize=kept)(_solver(piece_wires, what))
        first = piece_wires.indptr.astype(np.int64)
        wires = first, piece_wires.indices, piece_wires.data
        half = kept // 2
        for k in np.lexsort([j, i, j // half, i // half]):
            ends = int(i[k]), int(j[k])
            yield int(here[k]), start, wires, ends, column(ends[0]), column(ends[1])
        del column


def connected_pairs(circuit, at_a, at_b):
    """Find the pairs that are two nodes of one piece.

    Parameters
    ----------
    circuit, at_a, at_b
        As for `potentials`.

    Returns
    -------
    ndarray of int64
        Which pairs they are, in order.

    Examples
    --------
    >>> circuit = connect(4, [0, 2], [1, 3], [1.0, 1.0], [0, 2])
    >>> connected_pairs(circuit, np.array([0, 0, 1]), np.array([1, 2, 1]))
    array([0])
    """
    same = _piece_of(circuit, at_a) == _piece_of(circuit, at_b)
    return np.flatnonzero(same & (at_a != at_b) & (at_a >= 0))


def require_ratio(resistance, what):
    """Stop with words when resistances differ too much to add their conductances.

    Parameters
    ----------
    resistance : ndarray of float
        Above zero, finite.
    what : str
        What has them, for the message.

    Raises
    ------
    ValueError
        If the largest is more than `LARGEST_RATIO` times the smallest.

    Examples
    --------
    >>> require_ratio(np.array([1e-9, 10]), "links")
    Traceback (most recent call last):
    ValueError: the resistances of the links run from 1e-09 to 10; ...
    """
    if not resistance.size:
        return
    low, high = resistance.min(), resistance.max()
    if high > low * LARGEST_RATIO:
        raise ValueError(
            f"the resistances of the {what} run from {low:g} to {high:g}; they may"
            f" differ by a factor {LARGEST_RATIO:g}. Make what nothing passes infinite"
            " and what is no obstacle at all zero (links) or a patch (cells)"
        )


def in_background(work, label):
    """Do work that cannot be stopped beside the main thread, so that Ctrl-C stops it.

    Parameters
    ----------
    work : callable
        Takes no arguments and holds no lock for long.
    label : str
        What it is, for a line of progress now and then once it takes long.

    Returns
    -------
    object
        What the work gave; what it raised is raised.

    Examples
    --------
    >>> in_background(lambda: 3, "three")
    3
    """
    outcome = {}

    def run():
        try:
            outcome["result"] = work()
        except BaseException as error:
            outcome["error"] = error

    # A daemon: Python does not wait for it when it ends.
    thread = threading.Thread(target=run, daemon=True)
    started = time.monotonic()
    told = started + PATIENCE_S - STEP_S
    thread.start()
    while thread.is_alive():
        thread.join(0.2)  # Windows sees Ctrl-C only between waits
        now = time.monotonic()
        if now - told >= STEP_S:
            told = now
            print(f"{label}: {now - started:.0f} s so far", file=sys.stderr)
    if "error" in outcome:
        raise outcome["error"]
    return outcome["result"]


def _piece_of(circuit, position):
    return np.searchsorted(circuit.first_of_piece, position, side="right") - 1


def _block(wires, start, stop):
    """Rows and columns of one piece."""
    low, high = wires.indptr[start], wires.indptr[stop]
    parts = (
        wires.data[low:high],
        (wires.indices[low:high] - start).astype(np.int32),
        (wires.indptr[start : stop + 1] - low).astype(np.int32),
    )
    return csr_array(parts, shape=(stop - start, stop - start))


def _fill(wires):
    """How many entries the factors of a piece have, roughly.

    In a plane it is some n log(n); the share of the wires was measured on grids of 10^5
    to 4 x 10^6 cells with four and eight neighbours, and holds within a tenth.
    """
    n = wires.shape[0]
    return min(float(n) ** 2, (2 * n + wires.nnz / 2) * np.log2(max(n, 2)))


def _require_room(wires, n_columns, what):
    """Stop before the factors of a piece get too large."""
    n = wires.shape[0]
    name = f"current through {n:,} {what} that hang together"
    if _fill(wires) > MOST_FILL:
        raise MemoryError(
            f"{name} is beyond what the solver can count. {TOO_LARGE[what]}"
        )
    require_memory(FILL_BYTES * _fill(wires) + 8 * n * n_columns, name, TOO_LARGE[what])


def _solver(wires, what):
    """Factorise a piece whose first node is the ground; give what solves for a node."""
    # Slow to import, and many callers only need the graph.
    from scipy.sparse.linalg import splu

    n = wires.shape[0]
    total = np.asarray(wires.sum(axis=1)).ravel()
    grounded = (diags_array(total) - wires).tocsc()[1:, 1:]
    grounded.indices = grounded.indices.astype(np.int32)
    grounded.indptr = grounded.indptr.astype(np.int32)

    def factorise():
        # The diagonal is largest in its column: no need to look for pivots, which
        # would spoil the symmetric order that keeps the factors small.
        return splu(
            grounded,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )

    if _fill(wires) < QUICK_FILL:
        factors = factorise()
    else:
        factors = in_background(factorise, f"factorising {n:,} {what}")

    def solve(node):
        current = np.zeros(n)
        if node > 0:
            current[node] = 1
            current[1:] = factors.solve(current[1:])
        return current

    return solve
