"""Who gains by each robust area: its groups, the best each finds there, its species."""

import numpy as np
import pandas as pd

from robuust.priorities import THREATENED
from robuust.robust_areas import class_ranks
from robuust.robustness import LAND_CLASSES
from robuust.statuses import AT_RISK, ON_RECORD, PRESENT

STATUS_RANKS = {name: k for k, name in enumerate(ON_RECORD)}
KEY_RANK = 1 + LAND_CLASSES.index("key")  # or better: a key patch or a stronghold
GROUP_COLUMNS = {
    "robust_area_id": "str",
    "group": "str",
    "bundle": "str",
    "class": "str",
    "robust_ha": "float64",
    "robust_share": "float64",
    "n_patches": "int64",
    "n_key_patches": "int64",
    "n_species": "int64",
    "n_threatened": "int64",
    "threatened_species": "str",
}
SPECIES_COLUMNS = {
    "robust_area_id": "str",
    "group": "str",
    "species": "str",
    "name_nl": "str",
    "status": "str",
    "red_list": "str",
    "n_patches": "int64",
    "last_year": "Int64",
}


def who_gains(found, areas, label, populations, *, bundles, cell_ha):
    """Which groups find which robust area robust, and which species live there.

    Parameters
    ----------
    found : robuust.robust_areas.PatchCells
        Of all groups together.
    areas, label : DataFrame, ndarray
        As `robust_areas.find_robust_areas` gives them.
    populations : DataFrame
        As for `area_species`.
    bundles : dict of str
        Habitat bundle of each group.
    cell_ha : float
        Area of a cell [ha].

    Returns
    -------
    groups, species : DataFrame
        As `area_groups` and `area_species` give them.
    """
    held = patches_in_areas(found, label)
    species = area_species(areas, held, populations)
    groups = area_groups(areas, held, species, bundles=bundles, cell_ha=cell_ha)
    return groups, species


def patches_in_areas(found, label):
    """Which patches lie in which robust area, and with how many cells.

    Parameters
    ----------
    found : robuust.robust_areas.PatchCells
        Of all groups together.
    label : ndarray of int32, shape grid.shape
        Position of the area of each cell, negative outside; as
        `robust_areas.find_robust_areas` gives it.

    Returns
    -------
    DataFrame
        area (position), group, patch_id, class, n_cells (0 for a patch too small to
        fill one); sorted by area, then by the place of the patch.
    """
    area = label.ravel()[np.append(found.cell, found.small_cell)]
    fills = np.arange(area.size) < found.cell.size
    inside = area >= 0
    n_patches = max(len(found.patches), 1)
    patch = np.append(found.patch, found.small_patch)[inside]
    pair, place = np.unique(
        area[inside].astype(np.int64) * n_patches + patch, return_inverse=True
    )
    n_cells = np.bincount(place[fills[inside]], minlength=pair.size)
    area, patch = np.divmod(pair, n_patches)
    held = found.patches.iloc[patch].reset_index(drop=True)
    return held.assign(area=area, n_cells=n_cells)


def area_species(areas, held, populations):
    """Which species live, or lived, in each robust area, and how they fare there.

    Parameters
    ----------
    areas : DataFrame
        robust_area_id.
    held : DataFrame
        As `patches_in_areas` gives it; patches that are not robust for their own
        group count too, because their species live there just as well.
    populations : DataFrame
        species, name_nl, group, patch_id, status, red_list, last_year of all groups.

    Returns
    -------
    DataFrame, sorted by robust_area_id, group and species
        The columns of `SPECIES_COLUMNS`. status is the best of its patches in the
        area, n_patches their number with that status, last_year the latest of all.
        Species without any record there (colonisable, unreachable) have no row. A
        population counts in every area of which its patch holds a cell, or in the one
        that a smaller patch lies in.
    """
    rank = populations["status"].map(STATUS_RANKS)
    known = populations.assign(rank=rank)[rank.notna()]
    place = held[["area", "group", "patch_id"]]
    rows = place.merge(known, on=["group", "patch_id"])
    one = ["area", "group", "species"]
    rows["last_year"] = rows.groupby(one)["last_year"].transform("max")
    rows = rows[rows["rank"] == rows.groupby(one)["rank"].transform("min")]
    rows["n_patches"] = rows.groupby(one)["patch_id"].transform("size")
    rows = rows.drop_duplicates(one)
    ids = areas["robust_area_id"].to_numpy(dtype=object)
    rows = rows.assign(robust_area_id=ids[rows["area"].to_numpy(dtype=np.int64)])
    rows = rows[list(SPECIES_COLUMNS)].astype(SPECIES_COLUMNS)
    return rows.sort_values(["robust_area_id", "group", "species"], ignore_index=True)


def area_groups(areas, held, species, *, bundles, cell_ha):
    """Who gains by each robust area: a row for every group that finds it robust.

    Parameters
    ----------
    areas : DataFrame
        robust_area_id, area_ha.
    held : DataFrame
        As `patches_in_areas` gives it.
    species : DataFrame
        As `area_species` gives it.
    bundles : dict of str
        Habitat bundle of each group.
    cell_ha : float
        Area of a cell [ha].

    Returns
    -------
    DataFrame, sorted by robust_area_id and group
        The columns of `GROUP_COLUMNS`. class is that of its best patch in the area,
        robust_ha the hectares in it that are robust for the group, robust_share the
        same as a share of the area (0 to 1), n_key_patches its key patches and
        strongholds. Species are those of the group with a recent record;
        threatened_species names those that are CR, EN or VU.
    """
    robust = held[held["class"].isin(LAND_CLASSES) & (held["n_cells"] > 0)]
    rank = class_ranks(robust)
    robust = robust.assign(rank=rank, is_key=rank <= KEY_RANK)
    rows = robust.groupby(["area", "group"], as_index=False).agg(
        rank=("rank", "min"),
        n_cells=("n_cells", "sum"),
        n_patches=("patch_id", "size"),
        n_key_patches=("is_key", "sum"),
    )
    area = rows["area"].to_numpy(dtype=np.int64)
    robust_ha = rows["n_cells"].to_numpy() * cell_ha
    rows = rows.assign(
        robust_area_id=areas["robust_area_id"].to_numpy(dtype=object)[area],
        bundle=rows["group"].map(bundles),
        robust_ha=robust_ha,
        robust_share=robust_ha / areas["area_ha"].to_numpy()[area],
    )
    rows["class"] = np.array(LAND_CLASSES, dtype=object)[rows["rank"].to_numpy() - 1]
    counts = count_species(species, ["robust_area_id", "group"]).reset_index()
    rows = rows.merge(counts, on=["robust_area_id", "group"], how="left")
    rows = fill_counts(rows)[list(GROUP_COLUMNS)].astype(GROUP_COLUMNS)
    return rows.sort_values(["robust_area_id", "group"], ignore_index=True)


def area_totals(areas, groups, species):
    """Sum up per robust area who gains by it and what lives there.

    Parameters
    ----------
    areas : DataFrame
        robust_area_id.
    groups, species : DataFrame
        As `area_groups` and `area_species` give them.

    Returns
    -------
    DataFrame, one row per area in their order
        n_groups, groups; n_stronghold, n_key, n_network, n_area (groups by their
        best class);
        n_key_patches; n_species, n_threatened, n_at_risk (with a recent record, of
        all groups; a species of two groups counts once); species (with a viable
        population).
    """
    index = pd.Index(areas["robust_area_id"])
    per_area = groups.groupby("robust_area_id")
    totals = pd.DataFrame(index=index)
    totals["n_groups"] = per_area.size()
    totals["groups"] = per_area["group"].agg("; ".join)
    for name in LAND_CLASSES:
        own = groups[groups["class"] == name]
        totals[f"n_{name}"] = own.groupby("robust_area_id").size()
    totals["n_key_patches"] = per_area["n_key_patches"].sum()
    best_first = species.assign(rank=species["status"].map(STATUS_RANKS)).sort_values(
        ["robust_area_id", "species", "rank"], kind="stable"
    )
    once = best_first.drop_duplicates(["robust_area_id", "species"])
    totals = totals.join(count_species(once, ["robust_area_id"]))
    viable = once[once["status"] == "viable"].groupby("robust_area_id")["species"]
    totals["species"] = viable.agg("; ".join)
    return fill_counts(totals).reset_index(drop=True)


def count_species(species, keys):
    """Count the species with a recent record, and name those that are threatened.

    Parameters
    ----------
    species : DataFrame
        The keys, species, status, red_list; sorted by the keys, then by species.
    keys : list of str

    Returns
    -------
    DataFrame, by the keys
        n_species, n_threatened, n_at_risk, threatened_species; no row without any.
    """
    here = species[species["status"].isin(PRESENT)]
    threatened = here["red_list"].isin(THREATENED)
    here = here.assign(threatened=threatened, at_risk=here["status"].isin(AT_RISK))
    counts = here.groupby(keys).agg(
        n_species=("species", "size"),
        n_threatened=("threatened", "sum"),
        n_at_risk=("at_risk", "sum"),
    )
    named = here[threatened].groupby(keys)["species"].agg("; ".join)
    return counts.join(named.rename("threatened_species"))


def fill_counts(rows):
    """Zero where nothing was counted, blank where nothing was named."""
    text = {"groups", "species", "threatened_species"} & set(rows)
    numbers = [name for name in rows if name.startswith("n_")]
    filled = rows.assign(**{name: rows[name].fillna("").astype("str") for name in text})
    return filled.assign(**{n: rows[n].fillna(0).astype("int64") for n in numbers})
