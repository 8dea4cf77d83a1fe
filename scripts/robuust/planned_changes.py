"""Planned changes of a scenario: who wins and who loses by each, in words."""

import geopandas as gpd
import numpy as np
import pandas as pd

from robuust.figures import euros, figure, figure_nl
from robuust.polygons import HA, overlap_areas

PLANNED_TYPES = {
    "change_id": "str",
    "name": "str",
    "code": "str",
    "share": "float64",
    "year": "Int64",
    "cost_eur": "float64",
    "area_ha": "float64",
    "mapped_ha": "float64",
    "habitat_ha": "float64",
    "earlier_habitat_ha": "float64",
    "earlier_codes": "str",
}
_SEEN_HA = 0.005  # less than half a hundredth of a hectare is rounding
_WORDS = ("groups_win", "groups_lose", "reason_nl", "reason_en")


def with_groups(planned, earlier, patches, names):
    """Planned changes, each with the groups that win and lose by it, in words.

    Parameters
    ----------
    planned : GeoDataFrame
        As `habitat_overlay.lay_over` gives it.
    earlier, patches : GeoDataFrame
        group and polygons of the patches today and in the scenario, in one CRS [m].
    names : DataFrame
        group, name_nl, name_en, in the order of the run.

    Returns
    -------
    GeoDataFrame
        With groups_win and groups_lose (names of groups and hectares of their patches
        inside the change, separated by semicolons), reason_nl and reason_en.
    """
    plans = planned.geometry.to_numpy()
    change_ha = {
        row.group: _inside_ha(plans, patches, row.group)
        - _inside_ha(plans, earlier, row.group)
        for row in names.itertuples()
    }
    rows = planned.assign(
        groups_win=_group_words(change_ha, len(plans), +1),
        groups_lose=_group_words(change_ha, len(plans), -1),
    )
    sentences = {"nl": [], "en": []}
    for k, row in enumerate(rows.to_dict("records")):
        for language, told in sentences.items():
            called = names.set_index("group")[f"name_{language}"]
            told.append(_change_words(row, k, change_ha, called, language))
    rows = rows.assign(reason_nl=sentences["nl"], reason_en=sentences["en"])
    return rows.astype(dict.fromkeys(_WORDS, "str"))


def no_planned_changes(crs):
    """Layer of planned changes without any row: this is no scenario."""
    types = PLANNED_TYPES | dict.fromkeys(_WORDS, "str")
    empty = gpd.GeoDataFrame(columns=[*types, "geometry"], crs=crs)
    return empty.astype(types)


def _inside_ha(plans, patches, group):
    """Hectares of the patches of a group inside each planned change."""
    own = patches.geometry.to_numpy()[(patches["group"] == group).to_numpy()]
    plan, _, shared_m2 = overlap_areas(plans, own)
    return np.bincount(plan, weights=shared_m2, minlength=len(plans)) / HA


def _group_words(change_ha, n, sign):
    """Per change the groups of which the hectares rise (1) or fall (-1)."""
    return [
        "; ".join(
            f"{group} {figure(sign * ha[k])} ha"
            for group, ha in change_ha.items()
            if sign * ha[k] > _SEEN_HA
        )
        for k in range(n)
    ]


def _change_words(row, k, change_ha, called, language):
    """One planned change as a sentence."""
    dutch = language == "nl"
    number = figure_nl if dutch else figure
    if row["area_ha"] == 0:
        return (
            "valt helemaal onder een wijziging die eerder komt; telt niet mee"
            if dutch
            else "lies wholly under a change that comes first; does not count"
        )
    becomes, was = ("wordt", "nu") if dutch else ("becomes", "now")
    none = "geen habitat" if dutch else "no habitat"
    code = f"habitat {row['code']}" if row["habitat_ha"] > 0 else none
    earlier = row["earlier_codes"] or none
    earlier = earlier.replace(".", ",") if dutch else earlier
    words = f"{number(row['area_ha'])} ha {becomes} {code} ({was}: {earlier})"
    if not pd.isna(row["year"]):
        words += f", {row['year']}"
    if not pd.isna(row["cost_eur"]):
        words += f", {euros(row['cost_eur'], 'nl' if dutch else 'en')} euro"
    for sign, verb in (
        (1, "wint" if dutch else "wins"),
        (-1, "verliest" if dutch else "loses"),
    ):
        groups = [
            f"{called[group]} {number(sign * ha[k])} ha"
            for group, ha in change_ha.items()
            if sign * ha[k] > _SEEN_HA
        ]
        words += f"; {verb}: {', '.join(groups)}" if groups else ""
    return words
