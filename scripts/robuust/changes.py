"""What happened to the patches of an earlier run, followed by the ground they share."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from robuust.figures import figure, figure_nl
from robuust.lineage import ended_ids, lasting_ids
from robuust.polygons import HA, as_multipolygons, overlap_areas
from robuust.robustness import CLASSES

MATCH_SHARE = 0.1  # of the smaller of the two; less is a border redrawn
SAME_OVERLAP = 0.99  # intersection over union
CHANGE_COLUMNS = {
    "group": "str",
    "patch_id": "str",
    "lineage_id": "str",
    "earlier_patch_ids": "str",
    "ended_ids": "str",
    "change": "str",
    "area_ha": "float64",
    "earlier_area_ha": "float64",
    "class": "str",
    "earlier_class": "str",
    "verdict_change": "str",
    "reason_nl": "str",
    "reason_en": "str",
}
WORDS_NL = {
    "same": "onveranderd",
    "grown": "gegroeid",
    "shrunk": "gekrompen",
    "split": "gesplitst",
    "merged": "samengevoegd",
    "new": "nieuw",
    "gone": "verdwenen",
}


def match_patches(earlier, patches):
    """Pairs of an earlier and a present patch that are, in part, the same ground.

    They are a pair when they share at least a tenth of the smaller of the two.

    Parameters
    ----------
    earlier, patches : array_like of shapely polygons
        Patches of one group in the two runs, in one CRS [m].

    Returns
    -------
    DataFrame
        earlier, patch (positions), shared_m2 and overlap (intersection over union, 0
        to 1).

    Examples
    --------
    >>> match_patches([shapely.box(0, 0, 2, 1)], [shapely.box(0, 0, 1, 1)])["overlap"]
    0    0.5
    Name: overlap, dtype: float64
    """
    before_m2, now_m2 = shapely.area(earlier), shapely.area(patches)
    i, j, shared_m2 = overlap_areas(earlier, patches)
    enough = shared_m2 >= MATCH_SHARE * np.minimum(before_m2[i], now_m2[j])
    i, j, shared_m2 = i[enough], j[enough], shared_m2[enough]
    union_m2 = before_m2[i] + now_m2[j] - shared_m2
    found = {"earlier": i, "patch": j, "shared_m2": shared_m2}
    return pd.DataFrame(found | {"overlap": shared_m2 / union_m2})


def compare_patches(earlier, patches):
    """Follow the patches of one group from an earlier run to this one.

    A present patch is `merged` when it pairs with several earlier ones, `split` when
    its one earlier patch pairs with several present ones, `same` when the two overlap
    by more than 99 % of their union (the area then differs by less than 1 %), else
    `grown` or `shrunk` by its area, and `new` without a pair. An earlier patch without
    a pair is `gone`: a row without patch_id, with its own outline.

    Parameters
    ----------
    earlier, patches : GeoDataFrame
        patch_id, class and polygons [m], in one CRS; the earlier ones with lineage_id.

    Returns
    -------
    GeoDataFrame
        patch_id, lineage_id (see `robuust.lineage`), earlier_patch_ids, ended_ids,
        change, area_ha, earlier_area_ha (of all earlier patches it pairs with), class,
        earlier_class, geometry; the present patches by id, then those that are gone.

    Examples
    --------
    >>> def run(*shapes):
    ...     ids = [f"p{k}" for k in range(len(shapes))]
    ...     rows = {"patch_id": ids, "lineage_id": ids, "class": "key"}
    ...     return gpd.GeoDataFrame(rows, geometry=list(shapes), crs=31370)
    >>> before = run(shapely.box(0, 0, 9, 9))
    >>> now = run(shapely.box(0, 0, 9, 3), shapely.box(0, 5, 9, 9))
    >>> compare_patches(before, now)["change"].tolist()
    ['split', 'split']
    """
    earlier = earlier.sort_values("patch_id", ignore_index=True)
    patches = patches.sort_values("patch_id", ignore_index=True)
    pairs = match_patches(earlier.geometry.to_numpy(), patches.geometry.to_numpy())
    rows = earlier_of(earlier, pairs).reindex(range(len(patches)))
    rows["area_ha"] = patches.geometry.area.to_numpy() / HA
    for column in ("patch_id", "class", "geometry"):
        rows[column] = patches[column].to_numpy(dtype=object)
    rows["lineage_id"] = lasting_ids(pairs, earlier["lineage_id"], rows["patch_id"])
    rows["ended_ids"] = ended_ids(pairs, earlier["lineage_id"], rows["lineage_id"])
    rows["change"] = np.select(
        [
            rows["n_parents"].isna(),
            rows["n_parents"] > 1,
            rows["n_heirs"] > 1,
            rows["overlap"] > SAME_OVERLAP,
            rows["area_ha"] >= rows["earlier_area_ha"],
        ],
        ["new", "merged", "split", "same", "grown"],
        "shrunk",
    )
    lost = earlier.iloc[np.setdiff1d(np.arange(len(earlier)), pairs["earlier"])]
    gone = pd.DataFrame(
        {
            "lineage_id": lost["lineage_id"],
            "earlier_patch_ids": lost["patch_id"],
            "earlier_class": lost["class"],
            "earlier_area_ha": lost.geometry.area / HA,
            "geometry": lost.geometry.to_numpy(),
        }
    ).assign(change="gone")
    both = pd.concat([rows, gone] if len(gone) else [rows], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=patches.crs)


def earlier_of(earlier, pairs):
    """Gather, per present patch with a pair, what it comes from.

    Parameters
    ----------
    earlier : GeoDataFrame
        patch_id, class and polygons [m] of the earlier run.
    pairs : DataFrame
        As `match_patches` gives them.

    Returns
    -------
    DataFrame, indexed by the position of the present patch
        earlier_patch_ids, earlier_class, earlier_area_ha, n_parents (earlier patches
        it pairs with), n_heirs (present patches that those pair with, at most),
        overlap (largest).
    """
    origin = earlier.iloc[pairs["earlier"]]
    n_heirs = pairs.groupby("earlier").size()
    known = pairs.assign(
        earlier_id=origin["patch_id"].to_numpy(dtype=object),
        earlier_class=origin["class"].to_numpy(dtype=object),
        earlier_ha=origin.geometry.area.to_numpy() / HA,
        n_heirs=n_heirs.reindex(pairs["earlier"]).to_numpy(),
    )
    return known.groupby("patch").agg(
        earlier_patch_ids=("earlier_id", "; ".join),
        earlier_class=("earlier_class", "; ".join),
        earlier_area_ha=("earlier_ha", "sum"),
        n_parents=("earlier", "size"),
        n_heirs=("n_heirs", "max"),
        overlap=("overlap", "max"),
    )


def verdict_changes(changes):
    """Tell whether the verdict is better, worse or the same as before.

    A patch that comes from several is compared with the best of them; a new patch is
    better than none, one that is gone worse.

    Parameters
    ----------
    changes : DataFrame
        The columns of `compare_patches`.

    Returns
    -------
    list of str
        better, worse or same.

    Examples
    --------
    >>> verdict_changes(pd.DataFrame({"class": ["network", "near", None],
    ...     "earlier_class": ["near; key", None, "key"]}))
    ['worse', 'better', 'worse']
    """
    rank = {name: k for k, name in enumerate(CLASSES)}
    found = []
    for now, before in zip(changes["class"], changes["earlier_class"], strict=True):
        earlier = [] if pd.isna(before) else before.split("; ")
        steps = min([rank[name] for name in earlier], default=len(CLASSES))
        steps -= len(CLASSES) if pd.isna(now) else rank[now]
        found.append("better" if steps > 0 else "worse" if steps < 0 else "same")
    return found


def patch_lineage(changes):
    """Which earlier patch became which present one.

    Parameters
    ----------
    changes : DataFrame
        The layer `changes`.

    Returns
    -------
    DataFrame
        group, earlier_patch_id (missing: the patch is new), patch_id (missing: it is
        gone); one row per pair.

    Examples
    --------
    >>> patch_lineage(pd.DataFrame({"group": ["g"], "earlier_patch_ids": ["a; b"],
    ...                             "patch_id": ["c"]})).values.tolist()
    [['g', 'a', 'c'], ['g', 'b', 'c']]
    """
    ids = changes["earlier_patch_ids"].str.split("; ")
    pairs = changes[["group", "patch_id"]].assign(earlier_patch_id=ids)
    pairs = pairs.explode("earlier_patch_id", ignore_index=True)
    return pairs[["group", "earlier_patch_id", "patch_id"]].astype("str")


def change_reasons(changes):
    """Say what changed, with figures and verdicts, in Dutch and in English.

    Parameters
    ----------
    changes : DataFrame
        The columns of `compare_patches`.

    Returns
    -------
    reason_nl, reason_en : list of str
    """
    reasons_nl, reasons_en = [], []
    for row in changes.to_dict("records"):
        change, before, now = row["change"], row["earlier_area_ha"], row["area_ha"]
        if change == "new":
            hectares_nl, hectares_en = f"{figure_nl(now)} ha", f"{figure(now)} ha"
        elif change == "gone":
            hectares_nl = f"was {figure_nl(before)} ha"
            hectares_en = f"was {figure(before)} ha"
        else:
            hectares_nl = f"van {figure_nl(before)} naar {figure_nl(now)} ha"
            hectares_en = f"from {figure(before)} to {figure(now)} ha"
        verdict_nl, verdict_en = verdict_words(row)
        reasons_nl.append(f"{WORDS_NL[change]}, {hectares_nl}; {verdict_nl}")
        reasons_en.append(f"{change}, {hectares_en}; {verdict_en}")
    return reasons_nl, reasons_en


def verdict_words(row):
    """How the verdict changed, in Dutch and in English.

    Examples
    --------
    >>> verdict_words({"change": "grown", "class": "key", "earlier_class": "near"})
    ('oordeel van near naar key', 'verdict from near to key')
    """
    if row["change"] == "new":
        return f"oordeel {row['class']}", f"verdict {row['class']}"
    before = " + ".join(sorted(set(row["earlier_class"].split("; "))))
    if row["change"] == "gone":
        return f"oordeel was {before}", f"verdict was {before}"
    if before == row["class"]:
        return f"oordeel bleef {before}", f"verdict stayed {before}"
    return (
        f"oordeel van {before} naar {row['class']}",
        f"verdict from {before} to {row['class']}",
    )


def follow_patches(earlier, patches, *, groups):
    """Follow the patches of all groups from an earlier run to this one.

    Parameters
    ----------
    earlier, patches : GeoDataFrame
        group, patch_id, class and polygons of all groups, in one CRS [m]; the earlier
        ones with lineage_id.
    groups : list of str
        Groups of this run; earlier patches of another group are left out.

    Returns
    -------
    GeoDataFrame
        The columns of `CHANGE_COLUMNS` and MultiPolygons; by group in their order.
    """
    found = [no_changes(patches.crs)]
    for group in groups:
        before = earlier[earlier["group"] == group]
        now = patches[patches["group"] == group]
        changes = compare_patches(before, now).assign(group=group)
        changes["verdict_change"] = verdict_changes(changes)
        changes["reason_nl"], changes["reason_en"] = change_reasons(changes)
        changes["geometry"] = as_multipolygons(changes.geometry.to_numpy())
        if len(changes):
            found.append(changes[found[0].columns].astype(CHANGE_COLUMNS))
    return pd.concat(found, ignore_index=True) if len(found) > 1 else found[0]


def no_changes(crs):
    """Layer of changes without any row: there is no earlier run to compare with."""
    empty = gpd.GeoDataFrame(columns=[*CHANGE_COLUMNS, "geometry"], crs=crs)
    return empty.astype(CHANGE_COLUMNS)
