"""All groups together: where is land robust, for whom, and the areas it makes."""

import numpy as np
import pandas as pd
import shapely

from robuust.figures import figure, figure_nl
from robuust.grid import contiguous_areas, positions_on
from robuust.habitat_geometry import geometry_digest
from robuust.robustness import CLASSES, ROBUST_CLASSES
from robuust.tracks import overlaps

KEY_CLASSES = ("stronghold", "key")
NODATA = 255  # in rasters of numbers, which are bytes
AREA_COLUMNS = [
    "robust_area_id",
    "area_ha",
    "n_groups",
    "groups",
    "species",
    "n_key_patches",
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
CELL_COLUMNS = {"cell": "int64", "group": "str", "patch_id": "str", "class": "str"}


def robust_cells(verdicts, grid, *, group):
    """Cells of which the centre lies in a robust patch of a group.

    Parameters
    ----------
    verdicts : GeoDataFrame
        patch_id, class and the patches, which do not overlap.
    grid : Grid
    group : str

    Returns
    -------
    DataFrame
        cell (row by row, from 0), group, patch_id, class; sorted by cell. A patch
        smaller than a cell may hold no centre, and then has no row.
    """
    robust = verdicts[verdicts["class"].isin(ROBUST_CLASSES)]
    robust = robust.sort_values("patch_id", ignore_index=True)
    position = positions_on(robust.geometry.to_numpy(), grid).ravel()
    cell = np.flatnonzero(position >= 0)
    patch = robust.iloc[position[cell]]
    found = {
        "cell": cell,
        "group": np.full(cell.size, group, dtype=object),
        "patch_id": patch["patch_id"].to_numpy(dtype=object),
        "class": patch["class"].to_numpy(dtype=object),
    }
    return pd.DataFrame(found).astype(CELL_COLUMNS)


def score_surfaces(cells, weights, grid):
    """Per cell the weighted share of groups, their number and the best class.

    Parameters
    ----------
    cells : DataFrame
        The cells of `robust_cells` of all groups together.
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
        1 stronghold, 2 key, 3 network, 0 none of these.

    Raises
    ------
    ValueError
        If the weights are all zero, or the groups more than the 254 that a byte
        holds beside nodata.

    Examples
    --------
    >>> from robuust.grid import Grid
    >>> row = Grid(left_m=0, top_m=10, cell_m=10, n_rows=1, n_columns=2)
    >>> cells = pd.DataFrame({"cell": [1], "group": ["frogs"], "class": ["key"]})
    >>> score, n_groups, best = score_surfaces(cells, {"frogs": 1, "bees": 3}, row)
    >>> score.tolist(), n_groups.tolist(), best.tolist()
    ([[0.0, 0.25]], [[0, 1]], [[0, 2]])
    """
    total = total_weight(weights)
    n_cells = grid.shape[0] * grid.shape[1]
    cell = cells["cell"].to_numpy()
    weight = cells["group"].map(weights).to_numpy(dtype=float)
    score = np.bincount(cell, weights=weight, minlength=n_cells) / total
    n_groups = np.bincount(cell, minlength=n_cells)
    best = np.full(n_cells, len(CLASSES) + 1)
    rank = cells["class"].map({name: k + 1 for k, name in enumerate(CLASSES)})
    np.minimum.at(best, cell, rank.to_numpy(dtype=int))
    best[best > len(CLASSES)] = 0
    return (
        np.minimum(score, 1.0).astype(np.float32).reshape(grid.shape),
        n_groups.astype(np.uint8).reshape(grid.shape),
        best.astype(np.uint8).reshape(grid.shape),
    )


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


def find_robust_areas(cells, score, n_groups, populations, grid, *, min_groups):
    """Contiguous cells that are robust for several groups, and what they hold.

    Parameters
    ----------
    cells : DataFrame
        As for `score_surfaces`.
    score, n_groups : ndarray, shape grid.shape
        The surfaces of `score_surfaces`.
    populations : DataFrame
        species, group, patch_id, status of all groups.
    grid : Grid
    min_groups : int
        A cell counts from so many groups.

    Returns
    -------
    DataFrame
        robust_area_id, area_ha, n_groups, groups, species, n_key_patches, score
        (mean robustness score of the cells) and geometry; sorted by id. A group
        counts for an area when at least one cell of it is robust for the group.
        Species are those with a viable population in a patch that is robust there.
    """
    labels, outlines = contiguous_areas(n_groups >= min_groups, grid)
    label = labels.ravel()
    n_areas = len(outlines)
    inside = cells.assign(area=label[cells["cell"].to_numpy()])
    inside = inside[inside["area"] >= 0]
    patches = inside[["area", "group", "patch_id", "class"]].drop_duplicates()
    viable = populations[populations["status"] == "viable"]
    living = patches.merge(viable, on=["group", "patch_id"])
    groups = patches.groupby("area")["group"]
    key = patches["class"].isin(KEY_CLASSES)
    in_area = label >= 0
    per_area = {
        "n": np.bincount(label[in_area], minlength=n_areas),
        "score": np.bincount(
            label[in_area], weights=score.ravel()[in_area], minlength=n_areas
        ),
        "key": np.bincount(patches["area"][key], minlength=n_areas),
    }
    areas = pd.DataFrame(
        {
            "robust_area_id": geometry_digest(outlines),
            "area_ha": per_area["n"] * grid.cell_ha,
            "n_groups": groups.nunique().reindex(range(n_areas), fill_value=0),
            "groups": listed(groups, n_areas),
            "species": listed(living.groupby("area")["species"], n_areas),
            "n_key_patches": per_area["key"],
            "score": per_area["score"] / np.maximum(per_area["n"], 1),
            "geometry": outlines,
        }
    ).astype({"robust_area_id": "str"})
    return areas.sort_values("robust_area_id", ignore_index=True)


def listed(names, n_areas):
    """Different names per area, in order of the alphabet, joined by semicolons."""
    joined = names.agg(lambda column: "; ".join(sorted(set(column))))
    return joined.reindex(range(n_areas), fill_value="").astype("str")


def protected_shares(outlines, nature_areas):
    """Share of each area that lies in nature areas, overlaps counted once, 0 to 1.

    Examples
    --------
    >>> reserves = [shapely.box(0, 0, 6, 10), shapely.box(4, 0, 8, 10)]
    >>> protected_shares([shapely.box(0, 0, 10, 10)], reserves).tolist()
    [0.8]
    """
    covered, _ = overlaps(outlines, nature_areas)
    share = shapely.area(covered) / np.maximum(shapely.area(outlines), 1e-9)
    return np.minimum(share, 1.0)


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
        As `find_robust_areas` gives them.
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
    known = areas.join(mosaic).assign(
        protected_share=protected_shares(outlines, nature_areas),
        unit=pd.array(main_units(outlines, units), dtype="str"),
    )
    ranked = rank_areas(known)
    nl, en = area_reasons(
        ranked, n_groups_in_run=n_groups_in_run, variety_min_types=variety_min_types
    )
    ranked["reason_nl"] = pd.array(nl, dtype="str")
    ranked["reason_en"] = pd.array(en, dtype="str")
    return ranked[AREA_COLUMNS]


def area_reasons(areas, *, n_groups_in_run, variety_min_types):
    """Why each area counts, with its figures, in Dutch and in English.

    Parameters
    ----------
    areas : DataFrame
        area_ha, n_groups, n_key_patches, protected_share, n_habitat_types, monotone.
    n_groups_in_run : int
        Number of groups that were judged.
    variety_min_types : int
        Fewer habitat types make an area monotone.

    Returns
    -------
    reason_nl, reason_en : list of str
    """
    reasons_nl, reasons_en = [], []
    for row in areas.itertuples():
        percent = round(100 * row.protected_share)
        types, few = row.n_habitat_types, row.monotone
        reasons_nl.append(
            f"robuust voor {row.n_groups} van {n_groups_in_run} groepen, "
            f"{figure_nl(row.area_ha)} ha, {percent} % in natuurgebied, "
            f"{count(row.n_key_patches, 'sleutelgebied', 'sleutelgebieden')}, "
            f"{count(types, 'habitattype', 'habitattypen')}"
            + (f": eenvormig, minder dan {variety_min_types}" if few else "")
        )
        reasons_en.append(
            f"robust for {row.n_groups} of {n_groups_in_run} groups, "
            f"{figure(row.area_ha)} ha, {percent} % in nature areas, "
            f"{count(row.n_key_patches, 'key patch', 'key patches')}, "
            f"{count(types, 'habitat type', 'habitat types')}"
            + (f": monotone, fewer than {variety_min_types}" if few else "")
        )
    return reasons_nl, reasons_en


def count(n, one, more):
    """Write a number with its noun.

    Examples
    --------
    >>> count(1, "patch", "patches"), count(0, "patch", "patches")
    ('1 patch', '0 patches')
    """
    return f"{n} {one if n == 1 else more}"
