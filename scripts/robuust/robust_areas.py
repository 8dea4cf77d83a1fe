"""All groups together: where is land robust, for whom, and the areas it makes."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely

from robuust.area_sentences import area_reasons
from robuust.grid import cells_at, contiguous_areas, positions_on
from robuust.habitat_geometry import geometry_digest
from robuust.polygons import HA
from robuust.robustness import LAND_CLASSES
from robuust.tracks import overlaps

NODATA = 255  # in rasters of numbers, which are bytes
OUTSIDE, SMALL = -1, -2  # no robust area here; one that is too small to list
AREA_COLUMNS = [
    "robust_area_id",
    "area_ha",
    "n_groups",
    "groups",
    "species",
    "n_species",
    "n_threatened",
    "n_key_patches",
    "protected_ha",
    "unprotected_ha",
    "protected_share",
    "unit",
    "score",
    "n_habitat_types",
    "shannon",
    "mean_grain_ha",
    "monotone",
    "rank",
    "reason_nl",
    "reason_en",
    "geometry",
]
PATCH_COLUMNS = ["group", "patch_id", "class"]


def no_cells():
    """No cells at all."""
    return np.empty(0, dtype=np.int32)


@dataclass(frozen=True)
class PatchCells:
    """Which patches hold which cells of a grid.

    The centre of cell `cell[k]` (row by row, from 0) lies in the patch of row
    `patch[k]` of `patches`, which has group, patch_id and class. A cell is there once
    per group at most. Two numbers per cell, because a country has many.
    """

    patches: pd.DataFrame
    cell: np.ndarray
    patch: np.ndarray
    # Patches too small to hold a centre: they fill no cell, but lie in one.
    small_cell: np.ndarray = field(default_factory=no_cells)
    small_patch: np.ndarray = field(default_factory=no_cells)

    def of(self, chosen):
        """Only the cells filled by the patches that are chosen, a bool for each."""
        kept = np.asarray(chosen, dtype=bool)[self.patch]
        return PatchCells(self.patches, self.cell[kept], self.patch[kept])


def patch_cells(verdicts, grid, *, group, recorded=()):
    """Cells of which the centre lies in a patch of a group that is robust, or lived in.

    Parameters
    ----------
    verdicts : GeoDataFrame
        patch_id, class (the one in effect, `robustness.class_in_effect`) and
        the patches, which do not overlap.
    grid : Grid
    group : str
    recorded : iterable of str
        Patches that count although they are not robust: those with a population.

    Returns
    -------
    PatchCells
        The patches by id, their cells by number. A patch smaller than a cell may hold
        no centre: it fills no cell then, and is small in the one it lies in.
    """
    counts = verdicts["class"].isin(LAND_CLASSES)
    counts |= verdicts["patch_id"].isin(list(recorded))
    kept = verdicts[counts].sort_values("patch_id", ignore_index=True)
    position = positions_on(kept.geometry.to_numpy(), grid).ravel()
    cell = np.flatnonzero(position >= 0)
    small = np.setdiff1d(np.arange(len(kept)), position[cell])
    point = kept.geometry.iloc[small].representative_point()
    patches = pd.DataFrame(kept[["patch_id", "class"]]).assign(group=group)
    return PatchCells(
        patches[PATCH_COLUMNS].astype("str"),
        cell.astype(np.int32),
        position[cell],
        cells_at(point.x.to_numpy(), point.y.to_numpy(), grid),
        small.astype(np.int32),
    )


def join_groups(found):
    """Put the patches and cells of all groups one after another.

    Examples
    --------
    >>> frogs = pd.DataFrame({"group": ["frogs"], "patch_id": ["f"], "class": ["key"]})
    >>> cells = PatchCells(frogs, np.array([4]), np.array([0]))
    >>> join_groups([cells, cells]).patch.tolist()
    [0, 1]
    """
    before = np.cumsum([0, *(len(part.patches) for part in found)])[:-1]
    parts = list(zip(found, before, strict=True))
    return PatchCells(
        pd.concat([part.patches for part in found], ignore_index=True),
        np.concatenate([part.cell for part in found]),
        np.concatenate([part.patch + n for part, n in parts]).astype(np.int32),
        np.concatenate([part.small_cell for part in found]),
        np.concatenate([part.small_patch + n for part, n in parts]).astype(np.int32),
    )


def score_surfaces(found, weights, grid):
    """Per cell the weighted share of groups, their number and the best class.

    Parameters
    ----------
    found : PatchCells
        Of all groups together; patches that are not robust count for nothing.
    weights : dict of float
        Weight of every group of the run; zero or more, not all zero.
    grid : Grid

    Returns
    -------
    score : ndarray of float32, shape grid.shape
        Weight of the groups for which the cell is robust, as a share of the weight
        of all groups of the run, 0 to 1.
    n_groups : ndarray of uint8, shape grid.shape
        Number of groups for which it is robust.
    best_class : ndarray of uint8, shape grid.shape
        1 stronghold, 2 key, 3 network, 4 area, 0 none of these.

    Raises
    ------
    ValueError
        If the weights are all zero, or the groups more than the 254 that a byte
        holds beside nodata.

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> row = Grid(left_m=0, top_m=10, cell_m=10, n_rows=1, n_columns=2)
    >>> frogs = pd.DataFrame({"group": ["frogs"], "patch_id": ["f"], "class": ["key"]})
    >>> found = PatchCells(frogs, np.array([1]), np.array([0]))
    >>> score, n_groups, best = score_surfaces(found, {"frogs": 1, "bees": 3}, row)
    >>> score.tolist(), n_groups.tolist(), best.tolist()
    ([[0.0, 0.25]], [[0, 1]], [[0, 2]])
    """
    total = total_weight(weights)
    n_cells = grid.shape[0] * grid.shape[1]
    found = found.of(found.patches["class"].isin(LAND_CLASSES))
    weight = found.patches["group"].map(weights).to_numpy(dtype=float)
    score = np.bincount(found.cell, weights=weight[found.patch], minlength=n_cells)
    n_groups = np.bincount(found.cell, minlength=n_cells)
    rank = class_ranks(found.patches)[found.patch]
    best = np.zeros(n_cells, dtype=np.uint8)
    for worst_first in range(len(LAND_CLASSES), 0, -1):
        best[found.cell[rank == worst_first]] = worst_first
    return (
        np.minimum(score / total, 1.0).astype(np.float32).reshape(grid.shape),
        n_groups.astype(np.uint8).reshape(grid.shape),
        best.reshape(grid.shape),
    )


def class_ranks(patches):
    """Give the class of each patch as a number: 1 the best, 0 not robust.

    Examples
    --------
    >>> class_ranks(pd.DataFrame({"class": ["network", "stronghold"]})).tolist()
    [3, 1]
    """
    ranks = {name: k for k, name in enumerate(LAND_CLASSES, start=1)}
    return patches["class"].map(ranks).fillna(0).to_numpy(dtype=np.int8)


def total_weight(weights):
    """Weight of all groups of a run, when it can be divided by."""
    if len(weights) >= NODATA:
        raise ValueError(
            f"{len(weights)} groups in one run do not fit in the raster of group "
            f"numbers; run fewer than {NODATA} groups at once"
        )
    total = sum(weights.values())
    if not total > 0:
        raise ValueError(
            "the groups of this run weigh nothing together; give at least one of them "
            "a weight above zero in species_groups.csv"
        )
    return total


def find_robust_areas(score, n_groups, grid, *, min_groups, min_area_ha):
    """Contiguous cells that are robust for several groups, large enough to list.

    Parameters
    ----------
    score, n_groups : ndarray, shape grid.shape
        The surfaces of `score_surfaces`.
    grid : Grid
    min_groups : int
        A cell counts from so many groups.
    min_area_ha : float
        Smallest area that is listed [ha]; zero lists all.

    Returns
    -------
    areas : DataFrame, sorted by id
        robust_area_id, area_ha, score (mean robustness score of the cells), geometry.
    label : ndarray of int32, shape grid.shape
        Position of the area of each cell; `OUTSIDE` (-1) where fewer groups find it
        robust, `SMALL` (-2) in an area that is too small to list.
    """
    label, outlines = contiguous_areas(n_groups >= min_groups, grid)
    held = label >= 0
    n_cells = np.bincount(label[held], minlength=len(outlines))
    total = np.bincount(label[held], weights=score[held], minlength=len(outlines))
    large = np.flatnonzero(n_cells * grid.cell_ha >= min_area_ha - 1e-9)
    ids = geometry_digest(outlines[large])
    order = np.argsort(ids.astype(str), kind="stable")
    kept = large[order]
    renumbered = np.full(len(outlines) + 1, SMALL, dtype=np.int32)
    renumbered[kept] = np.arange(kept.size)
    renumbered[-1] = OUTSIDE  # the label -1 takes the last
    areas = pd.DataFrame(
        {
            "robust_area_id": ids[order],
            "area_ha": n_cells[kept] * grid.cell_ha,
            "score": total[kept] / np.maximum(n_cells[kept], 1),
            "geometry": outlines[kept],
        }
    ).astype({"robust_area_id": "str"})
    return areas, renumbered[label]


def protected_hectares(outlines, nature_areas):
    """Hectares of each area that lie in nature areas, overlaps counted once.

    Examples
    --------
    >>> reserves = [shapely.box(0, 0, 60, 100), shapely.box(40, 0, 80, 100)]
    >>> protected_hectares([shapely.box(0, 0, 100, 100)], reserves).tolist()
    [0.8]
    """
    outlines = np.asarray(outlines, dtype=object).reshape(-1)
    hectares = shapely.area(outlines) / HA
    # Most lie wholly inside or outside, which is told without drawing what they share.
    tree = shapely.STRtree(outlines)
    _, whole = tree.query(np.asarray(nature_areas, dtype=object), predicate="covers")
    rest = np.setdiff1d(np.arange(outlines.size), whole)
    covered, _ = overlaps(outlines[rest], nature_areas)
    hectares[rest] = shapely.area(covered) / HA
    return hectares


def finest_level(units):
    """Keep the reporting units of the level that has most of them; ties by name.

    Examples
    --------
    >>> units = pd.DataFrame({"unit_id": ["a", "b", "c"],
    ...                       "level": ["province", "town", "town"]})
    >>> finest_level(units)["unit_id"].tolist()
    ['b', 'c']
    """
    counts = units["level"].value_counts().rename_axis("level").reset_index(name="n")
    counts = counts.sort_values(["n", "level"], ascending=[False, True])
    level = counts["level"].iloc[0] if len(counts) else None
    return units[units["level"] == level].sort_values("unit_id", ignore_index=True)


def main_units(outlines, units):
    """Name of the reporting unit that holds most of each area; empty for none."""
    units = finest_level(units)
    _, main = overlaps(outlines, units.geometry.to_numpy())
    names = np.append(units["name"].to_numpy(dtype=object), "")  # -1 takes the last
    return names[main]


def rank_areas(areas):
    """Rank by weighted robust hectares: mean score times area; ties by id.

    Parameters
    ----------
    areas : DataFrame
        robust_area_id, score, area_ha.

    Returns
    -------
    DataFrame
        Sorted by rank, with the column rank, from 1.

    Examples
    --------
    >>> areas = pd.DataFrame({"robust_area_id": ["a", "b"], "score": [0.5, 0.25],
    ...                       "area_ha": [10.0, 30.0]})
    >>> rank_areas(areas)[["robust_area_id", "rank"]].to_numpy().tolist()
    [['b', 1], ['a', 2]]
    """
    weighted_ha = (areas["score"] * areas["area_ha"]).round(9)
    order = np.lexsort((areas["robust_area_id"].to_numpy(dtype=str), -weighted_ha))
    ranked = areas.iloc[order].reset_index(drop=True)
    return ranked.assign(rank=np.arange(1, len(ranked) + 1))


def describe_areas(
    areas, *, nature_areas, units, mosaic, n_groups_in_run, variety_min_types
):
    """Give robust areas their protection, unit, variety, rank and reason.

    Parameters
    ----------
    areas : DataFrame
        What `find_robust_areas` gives, with what `area_gains.area_totals` gives for
        the same areas.
    nature_areas : array_like of shapely polygons
        May overlap.
    units : GeoDataFrame
        unit_id, level, name and polygons.
    mosaic : DataFrame
        As `mosaic.variety` gives it for the same areas.
    n_groups_in_run, variety_min_types : int
        For the reasons.

    Returns
    -------
    DataFrame
        The columns of `AREA_COLUMNS`, sorted by rank.
    """
    outlines = areas["geometry"].to_numpy()
    area_ha = areas["area_ha"].to_numpy()
    protected_ha = np.minimum(protected_hectares(outlines, nature_areas), area_ha)
    known = areas.join(mosaic).assign(
        protected_ha=protected_ha,
        unprotected_ha=area_ha - protected_ha,
        protected_share=protected_ha / area_ha,
        unit=pd.array(main_units(outlines, units), dtype="str"),
    )
    ranked = rank_areas(known)
    nl, en = area_reasons(
        ranked, n_groups_in_run=n_groups_in_run, variety_min_types=variety_min_types
    )
    ranked["reason_nl"] = pd.array(nl, dtype="str")
    ranked["reason_en"] = pd.array(en, dtype="str")
    return ranked[AREA_COLUMNS]
