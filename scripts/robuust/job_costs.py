"""What a job costs in time and memory, from the size of what it reads."""

import math

MEMORY_MARGIN = 1.5  # land differs: what was measured on one is guessed on another
RUNTIME_MARGIN = 4  # nodes differ too, and a job that is cut off is lost time
SNAKEMAKE_MB = 500  # each job on a cluster brings two Snakemakes of its own
SHORTEST_RUNTIME_MIN = 10
COVER_PER_PATCH = 100  # rows of land cover that cost what a patch does
CROWDING = 2  # habitat lies in clusters: more neighbours than if it were scattered
MOST_PORTIONS = 16  # of a group; sums are made of so many sections, see `importance`

# The files whose rows are counted, by name: where several hold the same rows, the first
# that a rule reads counts.
COUNTED_FILES = {
    "habitat_polygons": ("habitat.parquet", "historic_habitat.parquet"),
    "group_polygons": (
        "patch_polygons.parquet",
        "habitat.parquet",
        "historic_habitat.parquet",
    ),
    "patches": ("patches.parquet", "verdicts.parquet"),
    "links": ("links.parquet",),
    "land_cover": ("land_cover.parquet",),
    "records": ("records.parquet",),
    "populations": ("populations.parquet",),
    "candidates": ("candidates.parquet", "restoration.parquet"),
}
MEASURED_FILES = {  # as large as they are
    "resistance_mb": "resistance.tif",
    "geopackage_mb": "robuust.gpkg",
}
BUFFERED = "patches_and_cover"  # patches, and rows of land cover as so many patches
GRIDS = {"grid_cells": "grid", "cost_cells": "least_cost"}  # settings of their cells


def job_seconds(cost, size):
    """Seconds that a job is expected to take on one processor.

    Parameters
    ----------
    cost : mapping
        Row of job_costs.csv: `seconds_base`, `seconds_per_unit`, `exponent`.
    size : float
        Its driver in units: rows, megabytes or cells; zero or more.

    Returns
    -------
    float

    Examples
    --------
    >>> cost = {"seconds_base": 1, "seconds_per_unit": 0.01, "exponent": 1}
    >>> job_seconds(cost, 500)
    6.0
    """
    growth = float(size) ** cost["exponent"] if size else 0.0
    return cost["seconds_base"] + cost["seconds_per_unit"] * growth


def job_memory_mb(cost, size):
    """Peak memory that a job is expected to hold [MB]; it grows in proportion.

    Parameters
    ----------
    cost : mapping
        Row of job_costs.csv: `mb_base`, `mb_per_unit`.
    size : float
        Its driver in units.

    Returns
    -------
    float

    Examples
    --------
    >>> job_memory_mb({"mb_base": 200, "mb_per_unit": 0.5}, 100)
    250.0
    """
    return cost["mb_base"] + cost["mb_per_unit"] * float(size)


def memory_request_mb(cost, size, attempt=1):
    """Memory to ask for a job [MB]: a margin above the estimate, double when it failed.

    Parameters
    ----------
    cost : mapping
        Row of job_costs.csv.
    size : float
    attempt : int
        The how manieth try; each asks twice as much as the one before.

    Returns
    -------
    int

    Examples
    --------
    >>> cost = {"mb_base": 200, "mb_per_unit": 0.5}
    >>> memory_request_mb(cost, 100), memory_request_mb(cost, 100, 2)
    (875, 1750)
    """
    estimate = MEMORY_MARGIN * job_memory_mb(cost, size) + SNAKEMAKE_MB
    return math.ceil(estimate) * 2 ** (attempt - 1)


def runtime_request_min(cost, size, attempt=1):
    """Time to ask for a job [minutes]: a margin above the estimate, double on a retry.

    Parameters
    ----------
    cost : mapping
        Row of job_costs.csv.
    size : float
    attempt : int

    Returns
    -------
    int
        At least `SHORTEST_RUNTIME_MIN`.

    Examples
    --------
    >>> cost = {"seconds_base": 0, "seconds_per_unit": 1, "exponent": 1}
    >>> runtime_request_min(cost, 3), runtime_request_min(cost, 600, 2)
    (10, 80)
    """
    estimate = RUNTIME_MARGIN * job_seconds(cost, size) / 60
    return max(math.ceil(estimate), SHORTEST_RUNTIME_MIN) * 2 ** (attempt - 1)


def expected_links(patches, area_km2, dispersal_max_m):
    """Guess how many pairs of patches lie within the farthest dispersal.

    A patch has ``density * pi * max**2`` others there, if they lie scattered.

    Parameters
    ----------
    patches : int
    area_km2 : float
        Over which they lie [km2]; 0 only without patches.
    dispersal_max_m : float
        Trait of the group [m].

    Returns
    -------
    int

    Examples
    --------
    >>> expected_links(100, 50, 500)
    157
    >>> expected_links(3, 1, 50_000)  # no more than there are pairs
    3
    """
    if patches < 2:
        return 0
    within = patches / area_km2 * math.pi * (dispersal_max_m / 1000) ** 2
    return round(patches * min(CROWDING * within, patches - 1) / 2)


def portion_count(polygons, polygons_per_portion):
    """Tell how many jobs share the work on a group.

    Parameters
    ----------
    polygons : int
        That suit the group.
    polygons_per_portion : int
        Setting.

    Returns
    -------
    int
        1 where the work is not shared.

    Examples
    --------
    >>> [portion_count(n, 50_000) for n in (0, 50_000, 50_001, 10**9)]
    [1, 1, 2, 16]
    """
    return min(max(-(-polygons // polygons_per_portion), 1), MOST_PORTIONS)


def rule_of_job(name, known):
    """Row of job_costs.csv of a rule; that of a scenario costs what it costs today.

    Parameters
    ----------
    name : str
        Name of a rule; in a scenario with the scenario's name in front.
    known : collection of str
        Rules that have a row.

    Returns
    -------
    str or None
        None for a rule that has no row.

    Examples
    --------
    >>> rules = ["link_patches", "patches"]
    >>> rule_of_job("more_heath_link_patches", rules)
    'link_patches'
    >>> rule_of_job("all", rules) is None
    True
    """
    found = [rule for rule in known if name == rule or name.endswith(f"_{rule}")]
    return max(found, key=len, default=None)
