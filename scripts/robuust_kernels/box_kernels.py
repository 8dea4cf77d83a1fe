"""Boxes near a box, by a packed tree over boxes along a Hilbert curve.

A tree is one array of boxes (xmin, ymin, xmax, ymax) and where each level begins in
it. Level 0 holds the boxes themselves, in an order in which neighbours stand together
(`hilbert_keys`); each box of a higher level surrounds up to 16 of the level below.
"""

import numpy as np

from robuust_kernels.compiled import inlined, kernel

HILBERT_CELLS = 1 << 16  # per side
BRANCH_BITS = 4
BRANCHES = 1 << BRANCH_BITS
STACK = 1024  # two numbers per entry; eight levels need a quarter of it


@inlined
def box_gap2(boxes, a, others, b):
    """Squared gap between box a of the boxes and box b of the others."""
    gap_x = max(0.0, max(others[b, 0] - boxes[a, 2], boxes[a, 0] - others[b, 2]))
    gap_y = max(0.0, max(others[b, 1] - boxes[a, 3], boxes[a, 1] - others[b, 3]))
    return gap_x * gap_x + gap_y * gap_y


@kernel
def hilbert_keys(column, row):
    """Place of cells along a curve that keeps neighbours together.

    Parameters
    ----------
    column, row : ndarray of int64, shape (n,)
        Cells, from 0 up to `HILBERT_CELLS`, not included.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    keys = np.empty(column.size, dtype=np.int64)
    for k in range(column.size):
        x, y, key = column[k], row[k], 0
        side = HILBERT_CELLS >> 1
        while side > 0:
            right = 1 if x & side else 0
            upper = 1 if y & side else 0
            key += side * side * ((3 * right) ^ upper)
            if upper == 0:
                if right == 1:
                    x, y = HILBERT_CELLS - 1 - x, HILBERT_CELLS - 1 - y
                x, y = y, x
            side >>= 1
        keys[k] = key
    return keys


@kernel
def near_boxes(tree, level_first, boxes, a, first_leaf, max_gap2, found, stack):
    """Find the boxes of a tree that are near one box.

    Parameters
    ----------
    tree : ndarray of float64, shape (n_nodes, 4)
    level_first : ndarray of int64, shape (n_levels + 1,)
        Where each level begins.
    boxes : ndarray of float64, shape (n, 4)
    a : int
        The box whose neighbours are sought.
    first_leaf : int
        Earlier boxes of level 0 are left out.
    max_gap2 : float
        Largest squared gap.
    found : ndarray of int32, shape (n_leaves,)
        Takes the boxes.
    stack : ndarray of int64, shape (STACK,)
        To work in.

    Returns
    -------
    int
        How many were found.
    """
    count = 0
    levels = level_first.size - 1
    stack[0], stack[1] = level_first[levels] - 1, levels - 1
    size = 1 if level_first[1] > 0 else 0
    while size > 0:
        size -= 1
        node, level = stack[2 * size], stack[2 * size + 1]
        if level == 0:
            if node >= first_leaf and box_gap2(boxes, a, tree, node) <= max_gap2:
                found[count] = node
                count += 1
            continue
        below = level - 1
        first = level_first[below] + (node - level_first[level]) * BRANCHES
        last = min(first + BRANCHES, level_first[level])
        for child in range(first, last):
            end_leaf = (child - level_first[below] + 1) << (BRANCH_BITS * below)
            if end_leaf <= first_leaf or box_gap2(boxes, a, tree, child) > max_gap2:
                continue
            if below == 0:
                found[count] = child
                count += 1
            else:
                stack[2 * size], stack[2 * size + 1] = child, below
                size += 1
    return count


@kernel
def count_near_boxes(tree, level_first, boxes, which, max_gap2):
    """Count the boxes of a tree that are near some boxes, together.

    Parameters
    ----------
    tree, level_first, boxes, max_gap2
        As for `near_boxes`.
    which : ndarray of int64
        The boxes whose neighbours are counted.

    Returns
    -------
    int
    """
    found = np.empty(level_first[1], dtype=np.int32)
    stack = np.empty(STACK, dtype=np.int64)
    total = 0
    for a in which:
        total += near_boxes(tree, level_first, boxes, a, 0, max_gap2, found, stack)
    return total


def smallest_calls():
    """Compile the kernels of this module."""
    cell = np.zeros(1, dtype=np.int64)
    hilbert_keys(cell, cell)
    box, levels = np.zeros((1, 4)), np.array([0, 1])
    found, stack = np.empty(1, dtype=np.int32), np.empty(STACK, dtype=np.int64)
    near_boxes(box, levels, box, 0, 0, 0.0, found, stack)
    count_near_boxes(box, levels, box, cell, 0.0)
