"""Populations that an earlier run and this one judge differently: at risk, or saved."""

import geopandas as gpd
import numpy as np
import pandas as pd

from robuust.changes import patch_lineage
from robuust.meanings import label
from robuust.statuses import ON_RECORD

GONE = "gone"  # its patch is, and no other patch holds the records
STEPS = {name: k for k, name in enumerate((*ON_RECORD, GONE))}  # from best to worst
STEPS["lost"] = STEPS["unsearched"]  # they differ in what is known, not in what lives
KNOWN_ALIVE = ("viable", "relict", "phantom", "dormant")
POPULATION_CHANGE_COLUMNS = {
    "species": "str",
    "name_nl": "str",
    "group": "str",
    "red_list": "str",
    "patch_id": "str",
    "earlier_patch_id": "str",
    "status": "str",
    "earlier_status": "str",
    "outcome": "str",
    "reason_nl": "str",
    "reason_en": "str",
}
_NEEDED = [
    "species",
    "name_nl",
    "group",
    "patch_id",
    "network_id",
    "status",
    "red_list",
]
_GONE_WORDS = ("weg met haar leefgebied", "gone with its habitat")
_UNRECORDED_WORDS = ("zonder waarneming", "without a record")


def compare_populations(earlier, populations, earlier_patches, patches, changes):
    """Find the populations of which the status became worse or better.

    A population is a species at an earlier patch, with a record there. It is followed
    to the patches that the earlier one became, and to a record that now supports no
    more than the network of these; the best status counts. Where there is none, the
    population is `gone`. What was `lost` cannot become worse, and `unsearched` and
    `lost` count as the same: they differ in what is known.

    Parameters
    ----------
    earlier, populations : GeoDataFrame
        The layer `populations` of the two runs: species, name_nl, group, patch_id
        (missing: the records support a network only), network_id, status, red_list
        and points, in one CRS. Only those on record are looked at.
    earlier_patches, patches : DataFrame
        patch_id, network_id of the patches of the two runs.
    changes : DataFrame
        The layer `changes` between the two.

    Returns
    -------
    GeoDataFrame
        The columns of `POPULATION_CHANGE_COLUMNS` and points; the worse ones first,
        by Red List in the order CR, EN, VU, then the others. A population where the
        species was not known, not even in the network, has no earlier_patch_id and
        is better.
    """
    lineage = patch_lineage(changes)
    before = earlier.loc[earlier["status"].isin(ON_RECORD), [*_NEEDED, "geometry"]]
    now = populations[[*_NEEDED, "geometry"]]
    now = now[now["status"].isin(ON_RECORD)]
    networks = lineage.merge(patches[["patch_id", "network_id"]], on="patch_id")
    known = _known_patches(before, earlier_patches, lineage)
    before = before[before["patch_id"].notna()]
    found = [_followed(before, now, networks), _newcomers(now, known)]
    found = [pd.DataFrame(rows) for rows in found if len(rows)]
    if not found:
        return no_population_changes(populations.crs)
    rows = pd.concat(found, ignore_index=True)
    steps = _steps(rows["status"]) - _steps(rows["earlier_status"])
    lost = rows["earlier_status"] == "lost"
    rows["outcome"] = np.select(
        [(steps > 0) & ~lost, steps < 0], ["worse", "better"], "same"
    )
    rows = rows[rows["outcome"] != "same"]
    rows = _in_words(rows, changes)
    rows = rows.assign(
        order=rows["outcome"].map({"worse": 0, "better": 1}),
        threat=rows["red_list"].map({"CR": 0, "EN": 1, "VU": 2}).fillna(3),
    ).sort_values(
        ["order", "threat", "group", "species", "earlier_patch_id", "patch_id"],
        ignore_index=True,
    )
    return gpd.GeoDataFrame(
        rows[list(POPULATION_CHANGE_COLUMNS)].astype(POPULATION_CHANGE_COLUMNS),
        geometry=rows["geometry"].to_numpy(),
        crs=populations.crs,
    )


def _steps(status):
    """Place of each status from best to worst; none at all is the worst."""
    return status.map(STEPS).fillna(len(STEPS)).astype(int)


def _followed(before, now, heirs):
    """Earlier populations with the best status that they have now.

    `heirs` is the lineage of patches with the network of each present one.
    """
    before = before.rename(
        columns={"patch_id": "earlier_patch_id", "status": "earlier_status"}
    ).reset_index(drop=True)
    keys = before[["species", "group", "earlier_patch_id"]].astype("str")
    heirs = keys.assign(row=before.index).merge(heirs, on=["group", "earlier_patch_id"])
    at_patch, vague = now[now["patch_id"].notna()], now[now["patch_id"].isna()]
    in_network = heirs[["row", "species", "group", "network_id"]].drop_duplicates()
    columns = ["row", "patch_id", "status", "geometry"]
    found = pd.concat(
        [
            heirs.merge(
                at_patch.drop(columns="network_id"), on=["species", "group", "patch_id"]
            )[columns],
            in_network.merge(vague, on=["species", "group", "network_id"])[columns],
        ]
    )
    found = found.assign(step=_steps(found["status"])).sort_values(["row", "step"])
    best = found.drop_duplicates("row").set_index("row")
    rows = pd.DataFrame(before).drop(columns="network_id")
    rows = rows.rename(columns={"geometry": "was_at"})
    rows = rows.join(best[["patch_id", "status", "geometry"]])
    rows["geometry"] = rows["geometry"].where(rows["geometry"].notna(), rows["was_at"])
    return rows.drop(columns="was_at").fillna({"status": GONE})


def _known_patches(before, earlier_patches, lineage):
    """Present patches where each species was known, if only in the network."""
    at_patch = before["patch_id"].notna()
    places = earlier_patches[["patch_id", "network_id"]]
    vague = before.loc[~at_patch, ["species", "group", "network_id"]]
    lived = pd.concat(
        [
            before.loc[at_patch, ["species", "group", "patch_id"]],
            vague.merge(places, on="network_id").drop(columns="network_id"),
        ]
    ).astype("str")
    lived = lived.rename(columns={"patch_id": "earlier_patch_id"})
    known = lived.merge(lineage, on=["group", "earlier_patch_id"])
    return known[["species", "group", "patch_id"]].drop_duplicates()


def _newcomers(now, known):
    """Present populations at patches where the species was not known before."""
    here = now[now["patch_id"].notna() & now["status"].isin(KNOWN_ALIVE)]
    here = here.merge(
        known, on=["species", "group", "patch_id"], how="left", indicator="known"
    )
    new = here[here["known"] == "left_only"].drop(columns=["known", "network_id"])
    return pd.DataFrame(new).assign(earlier_patch_id=None, earlier_status=None)


def _in_words(rows, changes):
    """Rows with a Dutch and an English sentence: the status, and why it changed."""
    by_patch = changes.dropna(subset=["patch_id"]).drop_duplicates("patch_id")
    by_patch = by_patch.set_index("patch_id")
    gone = changes[changes["patch_id"].isna()].set_index("earlier_patch_ids")
    has_heir = ~rows["earlier_patch_id"].isin(gone.index)
    told = {}
    for language, patch in (("nl", "plek"), ("en", "patch")):
        column = f"reason_{language}"
        words = by_patch[column].to_dict() | gone[column].to_dict()
        why = [
            words.get(earlier if pd.isna(patch_id) else patch_id)
            for earlier, patch_id in rows[["earlier_patch_id", "patch_id"]].to_numpy()
        ]
        told[column] = [
            _step_words(*step, language)
            + (f"; {patch} {text}" if pd.notna(text) else "")
            for *step, text in zip(
                rows["earlier_status"], rows["status"], has_heir, why, strict=True
            )
        ]
    return rows.assign(**told)


def _step_words(before, now, has_heir, language):
    """How a status changed; a patch without heirs is gone itself."""
    dutch = language == "nl"
    if now == GONE:
        words = _UNRECORDED_WORDS if has_heir else _GONE_WORDS
        now_words = words[0 if dutch else 1]
    else:
        now_words = label("status", now, language)
    if pd.isna(before):
        return f"nieuw: {now_words}" if dutch else f"new: {now_words}"
    words = label("status", before, language)
    return f"van {words} naar {now_words}" if dutch else f"from {words} to {now_words}"


def no_population_changes(crs):
    """Layer without any row: there is nothing to compare with, or nothing changed."""
    columns = [*POPULATION_CHANGE_COLUMNS, "geometry"]
    empty = gpd.GeoDataFrame(columns=columns, crs=crs)
    return empty.astype(POPULATION_CHANGE_COLUMNS)
