"""What a run will need, before it starts: counts per group, then cost per step."""

import math
from collections import Counter

import pandas as pd

from robuust.job_costs import CROWDING, expected_links, job_memory_mb, job_seconds

M2_PER_KM2 = 1e6
# Guesses for land that nobody measured, from 33 groups in three landscapes: the demo,
# the Kempen and an invented country. Most groups come within a factor of three.
GROUP_SHARE = 0.05  # of all polygons, where the codes of the map could not be read
POLYGONS_PER_KM2 = 30  # where the map does not say how far it reaches
PATCHES_PER_POLYGON = 0.4  # of habitat that nothing near joins: mosaics, cut outlines
GROUP_MB = (0.3, 0.003, 0.01, 0.0001)  # of results: base, per polygon, patch and link
RESISTANCE_BYTES_PER_CELL = 0.5  # compressed
GEOPACKAGE_SHARE = 1.5  # of the results of the groups, as GeoPackage
COPIES = 2  # staging and published


def expected_group(polygons, area_km2, *, local_distance_m, dispersal_max_m):
    """Guess the patches, links and megabytes of one group.

    Polygons scattered over the area would have ``x = density * pi * local**2`` others
    within their local distance: each of these takes a patch away.

    Parameters
    ----------
    polygons : int
        Polygons that suit the group.
    area_km2 : float
        Study area [km2].
    local_distance_m, dispersal_max_m : float
        Traits of the group [m].

    Returns
    -------
    dict
        group_polygons, patches, links, mb.

    Examples
    --------
    >>> expected_group(1000, 100, local_distance_m=10, dispersal_max_m=16)["patches"]
    398
    """
    density = polygons / area_km2
    joined = density * math.pi * (local_distance_m / 1000) ** 2
    patches = math.ceil(PATCHES_PER_POLYGON * polygons / (1 + CROWDING * joined))
    links = expected_links(patches, area_km2, dispersal_max_m)
    base, per_polygon, per_patch, per_link = GROUP_MB
    mb = base + per_polygon * polygons + per_patch * patches + per_link * links
    return {
        "group_polygons": polygons,
        "patches": patches,
        "links": links,
        "mb": round(mb, 1),
    }


def expected_groups(polygons, area_km2, traits):
    """Guess the counts of every group, one row each, by `expected_group`.

    Parameters
    ----------
    polygons : dict of str to int
        Polygons that suit each group.
    area_km2 : float
    traits : DataFrame
        Indexed by group, as `robuust.traits.group_traits` gives them.

    Returns
    -------
    DataFrame
        Indexed by group.
    """
    names = ["local_distance_m", "dispersal_max_m"]
    rows = {
        group: expected_group(count, area_km2, **traits.loc[group, names].to_dict())
        for group, count in polygons.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("group")


def whole_sizes(groups, area_km2, *, grid_m, cost_m, source_mb, **counts):
    """List the sizes that belong to the run as a whole: cells, megabytes, rows.

    Parameters
    ----------
    groups : DataFrame
        As `expected_groups` gives them.
    area_km2 : float
    grid_m, cost_m : float
        Cells of the maps of all groups, and of resistance [m].
    source_mb : dict of str to float
        Megabytes that each rule of ingestion reads.
    **counts : int
        habitat_polygons, records, candidates.

    Returns
    -------
    dict
        Driver to size; ``input_mb`` is itself a dict by rule, ``None`` for any other.
    """
    results_mb = float(groups["mb"].sum())
    cost_cells = area_km2 * M2_PER_KM2 / cost_m**2
    return counts | {
        "grid_cells": area_km2 * M2_PER_KM2 / grid_m**2,
        "cost_cells": cost_cells,
        "resistance_mb": cost_cells * RESISTANCE_BYTES_PER_CELL / 2**20,
        "geopackage_mb": GEOPACKAGE_SHARE * results_mb,
        "input_mb": {None: results_mb} | source_mb,
        "disk_mb": results_mb * (1 + COPIES * GEOPACKAGE_SHARE),
    }


def expected_steps(costs, groups, whole, jobs_of):
    """Estimate time and memory of every rule.

    Parameters
    ----------
    costs : DataFrame
        Rows of job_costs.csv, indexed by rule.
    groups : DataFrame
        As `expected_groups` gives them.
    whole : dict
        As `whole_sizes` gives it.
    jobs_of : dict of str to list of str
        For each `per` of the table what there is a job for: groups, scenarios. Jobs
        for the same group share the work on it.

    Returns
    -------
    DataFrame
        Indexed by rule: jobs, driver, size (of the largest job), seconds (all jobs, one
        after the other), mb (the largest job), formula. Rules without jobs are left
        out.
    """
    rows = {}
    for rule, cost in costs.to_dict("index").items():
        sizes = _sizes(rule, cost, groups, whole, jobs_of)
        # Jobs for the same group share the time; each holds what all of it needs.
        jobs = jobs_of[cost["per"]]
        sharing = Counter(jobs)
        seconds = [
            job_seconds(cost, size) / sharing[job]
            for job, size in zip(jobs, sizes, strict=True)
        ]
        if sizes:
            rows[rule] = {
                "jobs": len(sizes),
                "driver": cost["driver"],
                "size": max(sizes),
                "seconds": sum(seconds),
                "mb": job_memory_mb(cost, max(sizes)),
                "formula": formula(cost),
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("rule")


def _sizes(rule, cost, groups, whole, jobs_of):
    """Size of the driver for each job of a rule."""
    driver, per = cost["driver"], cost["per"]
    of_groups = driver in groups
    if of_groups and per.endswith("group"):
        return groups.loc[jobs_of[per], driver].tolist()
    size = groups[driver].sum() if of_groups else whole[driver]
    if driver == "input_mb":
        size = size.get(rule, size[None])
    return [size] * len(jobs_of[per])


def formula(cost):
    """Write the formula of a row of job_costs.csv in words.

    Examples
    --------
    >>> formula({"seconds_base": 1, "seconds_per_unit": 0.02, "exponent": 1.1,
    ...          "mb_base": 200, "mb_per_unit": 0.5, "driver": "patches"})
    '1 + 0.02 x patches^1.1 s, 200 + 0.5 x patches MB'
    """
    power = "" if cost["exponent"] == 1 else f"^{cost['exponent']:g}"
    return (
        f"{cost['seconds_base']:g} + {cost['seconds_per_unit']:g} x"
        f" {cost['driver']}{power} s, {cost['mb_base']:g} +"
        f" {cost['mb_per_unit']:g} x {cost['driver']} MB"
    )


def unfit(steps, disk_mb, *, memory_mb, free_mb):
    """Tell what will not fit on this machine; nothing when all does.

    Parameters
    ----------
    steps : DataFrame
        As `expected_steps` gives them.
    disk_mb : float
        Room that the results take.
    memory_mb, free_mb : float
        Memory of the machine, free room of the disk.

    Returns
    -------
    list of str

    Examples
    --------
    >>> steps = pd.DataFrame({"mb": [9000.0]}, index=["draw_corridors"])
    >>> unfit(steps, 10, memory_mb=8000, free_mb=500)
    ['draw_corridors: a job of 8.8 GB does not fit in the 7.8 GB of this machine']
    """
    words = [
        f"{rule}: a job of {mb / 1024:.1f} GB does not fit in the"
        f" {memory_mb / 1024:.1f} GB of this machine"
        for rule, mb in steps["mb"].items()
        if mb > memory_mb
    ]
    if disk_mb > free_mb:
        words.append(
            f"results of {disk_mb / 1024:.1f} GB do not fit in the"
            f" {free_mb / 1024:.1f} GB that the disk has free"
        )
    return words
