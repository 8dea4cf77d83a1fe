"""The polygons that made a patch change: added, removed, of another code, redrawn."""

import numpy as np
import pandas as pd

from robuust.cause_words import cause_words

PATCH_POLYGONS = {
    "group": "str",
    "patch_id": "str",
    "polygon_id": "str",
    "share": "float64",
    "area_ha": "float64",
    "codes": "str",
}
CHANGE_POLYGONS = {
    "group": "str",
    "lineage_id": "str",
    "patch_id": "str",
    "change": "str",
    "polygon_id": "str",
    "cause": "str",
    "codes": "str",
    "earlier_codes": "str",
    "area_ha": "float64",
    "earlier_area_ha": "float64",
}
REDRAWN_SHARE = 0.01  # of the larger area; less is a border drawn more finely
KEY = ["group", "lineage_id"]
WORDS = {
    "added": ("erbij", "added"),
    "removed": ("weg", "removed"),
    "recoded": ("met andere code", "of another code"),
    "redrawn": ("anders getekend", "redrawn"),
}
_UNCHANGED = (
    "geen vlak veranderde: ligt aan barrières of instellingen",
    "no polygon changed: due to barriers or settings",
)
_NETWORK = ("via het netwerk, ", "through the network, ")


def polygon_codes(parts):
    """Write the habitat of each polygon as one text.

    Parameters
    ----------
    parts : DataFrame
        polygon_id, code, share (0 to 1): one row per polygon and code.

    Returns
    -------
    Series of str, indexed by polygon_id
        Codes by falling share; a share below one stands behind its code.

    Examples
    --------
    >>> parts = pd.DataFrame({"polygon_id": ["a", "b", "b"],
    ...     "code": ["4030", "gh", "6230"], "share": [1.0, 0.2, 0.8]})
    >>> polygon_codes(parts).to_dict()
    {'a': '4030', 'b': '6230 0.8; gh 0.2'}
    """
    rows = parts.sort_values(
        ["polygon_id", "share", "code"], ascending=[True, False, True]
    )
    codes, shares = rows["code"].astype("str"), rows["share"].to_numpy(dtype=float)
    distinct, which = np.unique(shares, return_inverse=True)
    texts = np.array([f" {share:g}" if share < 1 else "" for share in distinct], object)
    words = pd.Series((codes + texts[which]).to_numpy(object), index=rows.index)
    several = rows["polygon_id"].duplicated(keep=False)
    single = words[~several].set_axis(rows.loc[~several, "polygon_id"])
    joined = words[several].groupby(rows["polygon_id"][several]).agg("; ".join)
    return pd.concat([single, joined]).astype("str").sort_index()


def change_polygons(before, now, changes, codes=None):
    """Find the polygons that caused each change of a patch.

    A polygon is `added` when no earlier patch of the group held it, `removed` when none
    does now, `recoded` when its habitat is another, `redrawn` when its area in the
    patches differs by more than a hundredth. A polygon that only went from one patch to
    another caused nothing.

    Parameters
    ----------
    before, now : DataFrame
        The table `patch_polygons` of the two runs: group, patch_id, polygon_id,
        area_ha, codes.
    changes : DataFrame
        The layer `changes` between them: group, patch_id, lineage_id,
        earlier_patch_ids, change.
    codes : Series of str, optional
        Present codes of every polygon of the map, by polygon_id. Without it a polygon
        that no group uses any more is `removed`, whatever it became.

    Returns
    -------
    DataFrame, one row per changed patch and polygon
        The columns of `CHANGE_POLYGONS`.
    """
    moved = _moved_polygons(before, now, codes)
    rows = changes.reset_index(drop=True)
    keys = ["group", "patch_id"]
    parents = rows["earlier_patch_ids"].str.split("; ")
    parents = rows[["group"]].assign(row=rows.index, patch_id=parents)
    parents = parents.explode("patch_id").astype({"patch_id": "str"})
    present = rows[keys].assign(row=rows.index).dropna()
    held = [
        some.dropna(subset=["patch_id"])
        .merge(_only(members, moved)[[*keys, "polygon_id"]], on=keys)
        .drop(columns="patch_id")
        for some, members in ((parents, before), (present, now))
    ]
    held = pd.concat(held).drop_duplicates()
    found = held.merge(moved, on=["group", "polygon_id"])
    facts = rows[["lineage_id", "patch_id", "change"]].loc[found["row"]]
    found[facts.columns] = facts.to_numpy(dtype=object)
    found = found.sort_values(["row", "cause", "polygon_id"], ignore_index=True)
    return found[list(CHANGE_POLYGONS)].astype(CHANGE_POLYGONS)


def _only(members, moved):
    """Members of patches that are among the moved polygons."""
    return members[members["polygon_id"].isin(moved["polygon_id"])]


def _moved_polygons(before, now, codes):
    """Polygons of each group that are not as they were, and in what."""
    keys = ["group", "polygon_id"]
    sums = [
        run.groupby(keys, as_index=False).agg({"area_ha": "sum", "codes": "first"})
        for run in (before, now)
    ]
    both = sums[1].merge(sums[0], "outer", on=keys, suffixes=("", "_before"))
    both = both.rename(columns={f"{n}_before": f"earlier_{n}" for n in sums[0]})
    known = before.drop_duplicates("polygon_id").set_index("polygon_id")["codes"]
    if codes is None:
        codes = now.drop_duplicates("polygon_id").set_index("polygon_id")["codes"]
    for column, found in (("codes", codes), ("earlier_codes", known)):
        both[column] = both[column].fillna(both["polygon_id"].map(found))
    area, earlier = both["area_ha"], both["earlier_area_ha"]
    limit = REDRAWN_SHARE * np.maximum(area, earlier)
    is_recoded = both["codes"].notna() & both["earlier_codes"].notna()
    both["cause"] = np.select(
        [
            is_recoded & (both["codes"] != both["earlier_codes"]),
            earlier.isna(),
            area.isna(),
            (area - earlier).abs() > limit,
        ],
        ["recoded", "added", "removed", "redrawn"],
        "same",
    )
    return both[both["cause"] != "same"]


def with_polygon_words(changes, polygons):
    """Add to the reasons of the changes the polygons that caused them.

    Where the verdict of a patch changed and none of its own polygons did, those of its
    network, now or in the earlier run, are named.

    Parameters
    ----------
    changes : DataFrame
        The layer `changes`, with network_ids (list of str: those of the patch now and
        in the earlier run).
    polygons : DataFrame
        What `change_polygons` found.

    Returns
    -------
    DataFrame
        With longer reason_nl and reason_en.
    """
    rows = changes.reset_index(drop=True)
    lineage = pd.MultiIndex.from_frame(rows[KEY].astype(object))
    networks = rows[[*KEY, "network_ids"]].explode("network_ids")
    networks = networks.dropna().drop_duplicates()
    around = networks.merge(polygons, on=KEY)
    around = around.drop_duplicates(["network_ids", "polygon_id"])
    is_other = (rows["change"] == "same") & (rows["verdict_change"] != "same")
    asked = networks.loc[networks.index.intersection(rows.index[is_other])]
    asked = asked.assign(row=asked.index).drop(columns=KEY)
    around = asked.merge(around, on="network_ids").drop_duplicates(
        ["row", "polygon_id"]
    )
    told = {}
    for k, language in enumerate(("nl", "en")):
        column = f"reason_{language}"
        own = _polygon_words(polygons, KEY, language)
        own = own.reindex(lineage).set_axis(rows.index)
        others = _NETWORK[k] + _polygon_words(around, ["row"], language)
        unchanged = pd.Series(_UNCHANGED[k], index=rows.index[rows["change"] != "same"])
        words = own.fillna(unchanged).fillna(others)
        told[column] = (rows[column] + ("; " + words).fillna("")).to_numpy(object)
    return changes.assign(**told)


def _polygon_words(polygons, keys, language):
    """Which polygons caused each change, in words."""
    arrows = polygons["earlier_codes"] + " → " + polygons["codes"]
    if language == "nl":
        arrows = arrows.str.replace(".", ",")
    is_recoded = polygons["cause"] == "recoded"
    names = polygons["polygon_id"].where(
        ~is_recoded, polygons["polygon_id"] + ": " + arrows
    )
    words = cause_words(polygons.assign(name=names), keys, WORDS, language)
    return ("vlakken: " if language == "nl" else "polygons: ") + words


def no_change_polygons():
    """Table without any row: there is nothing to compare with, or nothing changed."""
    return pd.DataFrame(columns=list(CHANGE_POLYGONS)).astype(CHANGE_POLYGONS)
