"""Two runs set beside each other: patches, groups and populations, and what caused it.

The runs come as dicts of frames, by the names of the layers and tables that they
publish (`NEEDED` and `CAUSES`).
"""

from robuust.change_polygons import (
    change_polygons,
    no_change_polygons,
    with_polygon_words,
)
from robuust.change_records import (
    change_records,
    no_change_records,
    with_record_words,
)
from robuust.changes import follow_patches
from robuust.group_changes import compare_groups, with_networks
from robuust.light_layers import as_light_as
from robuust.population_changes import compare_populations
from robuust.sensitive_species import open_species
from robuust.statuses import ON_RECORD

#: Columns of the layers and tables without which two runs cannot be compared.
NEEDED = {
    "patches": ["group", "patch_id", "network_id", "class"],
    "networks": ["group", "viable"],
    "populations": [
        *("species", "name_nl", "group", "patch_id", "network_id", "status"),
        "red_list",
    ],
    "group_summary": ["group", "name_nl", "name_en"],
}
#: Tables that tell what caused a change; an older version did not publish them.
CAUSES = ("patch_polygons", "population_records")
#: The layers and tables that a comparison makes.
COMPARED = (
    *("changes", "population_changes", "group_changes"),
    *("change_polygons", "change_records"),
)


def compare(before, now, *, groups, sensitive):
    """Compare two runs.

    Parameters
    ----------
    before, now : dict of str to DataFrame
        The frames of `NEEDED`, their geometry in one CRS [m]; the patches of the
        earlier run with lineage_id. Those of `CAUSES` are None where a run has none;
        then causes are not told. `now` may have `polygon_codes`, a Series of the codes
        of every polygon of the map by polygon_id. A run that was published has
        `run_info`, which says whether its borders are simplified.
    groups : list of str
        Groups to compare.
    sensitive : dict of str to float
        Sensitive species; see `robuust.sensitive_species`.

    Returns
    -------
    dict of str to DataFrame
        The frames of `COMPARED`.
    """
    before_info, now_info = before.get("run_info"), now.get("run_info")
    earlier = as_light_as(before["patches"], now_info, before_info)
    patches = as_light_as(now["patches"], before_info, now_info)
    changes = follow_patches(earlier, patches, groups=groups)
    polygons = no_change_polygons()
    if _both(before, now, "patch_polygons"):
        polygons = change_polygons(
            _of_groups(before["patch_polygons"], groups),
            _of_groups(now["patch_polygons"], groups),
            changes,
            now.get("polygon_codes"),
        )
        networks = _networks_of(changes, earlier, patches)
        told = with_polygon_words(changes.assign(network_ids=networks), polygons)
        changes = told.drop(columns="network_ids")
    populations = compare_populations(
        _on_record(before, groups, sensitive),
        _on_record(now, groups, sensitive),
        earlier,
        patches,
        changes,
    )
    records = no_change_records()
    if _both(before, now, "population_records"):
        known = open_species(before["population_records"], sensitive)
        latest = now["population_records"]
        records = change_records(known, latest, populations, changes)
        populations = with_record_words(populations, records)
    summaries = [
        with_networks(_of_groups(run["group_summary"], groups), run["networks"])
        for run in (before, now)
    ]
    return {
        "changes": changes,
        "population_changes": populations,
        "group_changes": compare_groups(*summaries, changes, populations),
        "change_polygons": polygons,
        "change_records": records,
    }


def _both(before, now, name):
    """Whether both runs have this table."""
    return before.get(name) is not None and now.get(name) is not None


def _of_groups(rows, groups):
    return rows[rows["group"].isin(groups)]


def _on_record(run, groups, sensitive):
    """Keep populations on record, of these groups, without sensitive species."""
    rows = _of_groups(run["populations"], groups)
    return open_species(rows[rows["status"].isin(ON_RECORD)], sensitive)


def _networks_of(changes, earlier, patches):
    """Networks of each changed patch, now and in the earlier run, as lists."""
    before = dict(zip(earlier["patch_id"], earlier["network_id"], strict=True))
    now = dict(zip(patches["patch_id"], patches["network_id"], strict=True))
    parents = changes["earlier_patch_ids"].fillna("").str.split("; ")
    return [
        [before[name] for name in names if name] + [now[p] for p in (own,) if p in now]
        for names, own in zip(parents, changes["patch_id"], strict=True)
    ]
