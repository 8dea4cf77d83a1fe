"""Robust areas by hand: a row of eight hectares, and whose patches hold them.

cell     0   1   2   3   4   5   6   7
frogs    f1  f1  f1  f1  f1  f2  f2  f2    f1 stronghold, f2 network
bees     b1  b1  b2  b2  .   .   b3  .     b1 key, b2 and b3 network
birds    .   v1  v1  .   .   .   .   .     v1 insufficient, but lived in
"""

import numpy as np
import pandas as pd

from robuust.robust_areas import PatchCells

PATCHES = pd.DataFrame(
    [
        ("frogs", "f1", "stronghold"),
        ("frogs", "f2", "network"),
        ("bees", "b1", "key"),
        ("bees", "b2", "network"),
        ("bees", "b3", "network"),
        ("birds", "v1", "insufficient"),
    ],
    columns=["group", "patch_id", "class"],
)
FOUND = PatchCells(
    PATCHES,
    cell=np.array([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 6, 1, 2]),
    patch=np.array([0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 5]),
)
BUNDLES = {"frogs": "pools", "bees": "heath", "birds": "heath"}
