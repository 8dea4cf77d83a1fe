"""The columns of the BWK for what grows in each polygon, with some dirt."""

import numpy as np
import pyarrow as pa
import shapely
from nature_cores import CODES, NAMES, VEGETATION

DIRT = 0.001  # of the rows, for each of three kinds
_MIXED = 0.3  # of the polygons in which something may be mixed
_ROW = {name: k for k, name in enumerate(NAMES)}
_UNITS = np.array(["+".join(units) for units, *_ in VEGETATION.values()])
_VALUES = np.array([value for _, value, *_ in VEGETATION.values()])


def _second_codes():
    """Per vegetation the two codes that it may be mixed with, or blanks."""
    mixed = [others for *_, others in VEGETATION.values()]
    return np.array([(others * 2)[:2] or ["", ""] for others in mixed])


_SECOND = _second_codes()


def habitat_table(shapes, grows, first_id, random):
    """One row per polygon, in the columns of the BWK.

    Parameters
    ----------
    shapes : ndarray of Polygon, shape (n,)
    grows : ndarray of int, shape (n,)
        Rows of `NAMES`.
    first_id : int
    random : numpy.random.Generator

    Returns
    -------
    pyarrow.Table
    """
    n = len(shapes)
    number = np.arange(first_id, first_id + n)
    second = _SECOND[grows, random.integers(0, 2, n)]
    mixed = (second != "") & (random.random(n) < _MIXED) & (CODES[grows] != "gh")
    share = np.where(mixed, random.choice([10, 20, 30, 40], n), 0)
    code = CODES[grows].astype(object)
    code[random.random(n) < DIRT] = "zzz"
    columns = {
        "UIDN": number + 1_000_000,
        "OIDN": number + 1,
        "TAG": np.char.add(number.astype(str), "_v2023"),
        "EVAL": _VALUES[grows],
        "EENH1": _UNITS[grows],
        "BWKLABEL": _UNITS[grows],
        "HAB1": code,
        "PHAB1": (100 - share).astype("int32"),
        "HAB2": np.where(mixed, second, ""),
        "PHAB2": share.astype("int32"),
        "HERKHAB": np.full(n, "a"),
        "HABLEGENDE": CODES[grows],
    }
    blank, nought = np.full(n, ""), np.zeros(n, dtype="int32")
    columns |= {f"EENH{k}": blank for k in range(2, 9)}
    columns |= {f"HAB{k}": blank for k in range(3, 6)}
    columns |= {f"PHAB{k}": nought for k in range(3, 6)}
    columns["geometry"] = shapely.to_wkb(soiled(shapes, random))
    return pa.table(columns)


def soiled(shapes, random):
    """Cross the outline of some polygons, and move some over their neighbours."""
    n = max(1, round(DIRT * len(shapes)))
    picked = random.choice(len(shapes), 2 * n, replace=False)
    shapes = shapes.copy()
    for k in picked[:n]:
        ring = shapely.get_coordinates(shapely.get_exterior_ring(shapes[k]))
        ring[[5, 8]] = ring[[8, 5]]
        shapes[k] = shapely.Polygon(ring)
    shapes[picked[n:]] = shapely.transform(shapes[picked[n:]], _moved)
    return shapes


def _moved(coordinates):
    return coordinates + np.array([4.0, -3.0])
