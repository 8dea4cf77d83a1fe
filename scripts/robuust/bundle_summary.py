"""The same synthesis per habitat bundle as over all groups: score, counts, hectares."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from robuust.area_gains import count_species
from robuust.robust_areas import SMALL, score_surfaces
from robuust.robustness import ROBUST_CLASSES
from robuust.statuses import PRESENT

ALL = "*"  # in the place of a bundle: all groups together
SUMMARY_COLUMNS = {
    "bundle": "str",
    "groups": "str",
    "n_groups": "int64",
    "robust_ha": "float64",
    "stronghold_ha": "float64",
    "key_ha": "float64",
    "network_ha": "float64",
    "by_area_ha": "float64",
    "mean_score": "float64",
    "mean_groups": "float64",
    "protected_ha": "float64",
    "unprotected_ha": "float64",
    "protected_share": "float64",
    "n_robust_areas": "int64",
    "in_areas_ha": "float64",
    "in_small_areas_ha": "float64",
    "n_species": "int64",
    "n_threatened": "int64",
}


@dataclass(frozen=True)
class BundleSurface:
    """The surfaces of `score_surfaces` for the groups of one bundle alone."""

    bundle: str
    groups: list
    score: np.ndarray
    n_groups: np.ndarray
    best_class: np.ndarray


def bundle_surfaces(found, weights, bundles, grid):
    """Score, number of groups and best class per cell, bundle by bundle.

    One at a time, because together they would take the memory of a country.

    Parameters
    ----------
    found : robuust.robust_areas.PatchCells
        Of all groups together.
    weights : dict of float
        Weight of each group of the run. Groups of a bundle that all weigh nothing
        count equally within it.
    bundles : dict of str
        Bundle of each group of the run.
    grid : robuust.grid.Grid

    Yields
    ------
    BundleSurface
        In order of the alphabet.
    """
    for bundle in sorted(set(bundles.values())):
        groups = [group for group in weights if bundles[group] == bundle]
        own = {group: weights[group] for group in groups}
        own = own if any(own.values()) else dict.fromkeys(groups, 1.0)
        chosen = found.of(found.patches["group"].isin(groups))
        yield BundleSurface(bundle, groups, *score_surfaces(chosen, own, grid))


def surface_sums(surface, label, protected, grid):
    """Hectares of one bundle, or of all groups: how robust, where, how protected.

    Parameters
    ----------
    surface : BundleSurface
    label : ndarray of int32, shape grid.shape
        The robust areas, as `robust_areas.find_robust_areas` gives them.
    protected : ndarray of bool, shape grid.shape
        Cells of which the centre lies in a nature area.
    grid : robuust.grid.Grid

    Returns
    -------
    dict
        The columns of `SUMMARY_COLUMNS` that are about land. robust_ha is robust for
        at least one of the groups; mean_score and mean_groups are means over it,
        missing without any; the shares are of it too.
    """
    robust = np.flatnonzero(surface.n_groups)  # few of all cells: the rest is quick
    score, n_groups, best, area, is_protected = (
        values.ravel()[robust]
        for values in (
            *(surface.score, surface.n_groups, surface.best_class),
            *(label, protected),
        )
    )

    def hectares(cells):
        return np.count_nonzero(cells) * grid.cell_ha

    def mean(values):
        return values.mean(dtype=float) if robust.size else np.nan

    protected_ha = hectares(is_protected)
    robust_ha = robust.size * grid.cell_ha
    sums = {
        "bundle": surface.bundle,
        "groups": "; ".join(sorted(surface.groups)),
        "n_groups": len(surface.groups),
        "robust_ha": robust_ha,
        "mean_score": mean(score),
        "mean_groups": mean(n_groups),
        "protected_ha": protected_ha,
        "unprotected_ha": robust_ha - protected_ha,
        "protected_share": mean(is_protected),
        "in_areas_ha": hectares(area >= 0),
        "in_small_areas_ha": hectares(area == SMALL),
    }
    names = [*(f"{name}_ha" for name in ROBUST_CLASSES), "by_area_ha"]
    for rank, name in enumerate(names, start=1):
        sums[name] = hectares(best == rank)
    return sums


def bundle_summary(sums, groups, species, bundles):
    """Table of bundles side by side, the row of all groups (`*`) first.

    Parameters
    ----------
    sums : list of dict
        What `surface_sums` gives, of all groups and of every bundle.
    groups, species : DataFrame
        As `area_gains.area_groups` and `area_gains.area_species` give them.
    bundles : dict of str
        Bundle of each group of the run.

    Returns
    -------
    DataFrame
        The columns of `SUMMARY_COLUMNS`. n_robust_areas has robust land of the
        bundle; n_species and n_threatened are the species of its groups with a
        recent record in a robust area, each once.
    """
    gaining, living = (_with_all(rows, bundles) for rows in (groups, species))
    living = living[living["status"].isin(PRESENT)]
    living = living.drop_duplicates(["bundle", "species"])
    n_areas = gaining.groupby("bundle")["robust_area_id"].nunique()
    counts = count_species(living, ["bundle"])
    counts = counts.join(n_areas.rename("n_robust_areas"), how="outer")
    table = pd.DataFrame(sums).sort_values("bundle", ignore_index=True)
    for name in ("n_robust_areas", "n_species", "n_threatened"):
        table[name] = table["bundle"].map(counts[name]).fillna(0)
    return table[list(SUMMARY_COLUMNS)].astype(SUMMARY_COLUMNS)


def _with_all(rows, bundles):
    """Rows with the bundle of their group, and once more for all groups together."""
    own = rows.assign(bundle=rows["group"].map(bundles))
    return pd.concat([rows.assign(bundle=ALL), own], ignore_index=True)
