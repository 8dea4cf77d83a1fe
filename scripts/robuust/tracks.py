"""The three tracks: on whose land, and so by what road, restoration can be done."""

import numpy as np
import pandas as pd
import shapely

from robuust.statuses import AT_RISK

TRACKS = ("meekoppelen", "verbreden", "uitvoeren")  # ties go to the first


def overlaps(shapes, others):
    """Where shapes are covered by others: shared land, counted once per shape.

    Parameters
    ----------
    shapes, others : array_like of shapely polygons
        In one projected CRS [m].

    Returns
    -------
    covered : ndarray of shapely geometries, shape (n_shapes,)
        Union of what the others cover of each shape; empty where nothing.
    main : ndarray of int64, shape (n_shapes,)
        The other that covers most of each shape, ties to the first; -1 for none.

    Examples
    --------
    >>> covered, main = overlaps([shapely.box(0, 0, 2, 1)], [shapely.box(1, 0, 5, 1)])
    >>> covered[0].area, main.tolist()
    (1.0, [0])
    """
    shapes = np.asarray(shapes, dtype=object).reshape(-1)
    others = np.asarray(others, dtype=object).reshape(-1)
    i, j = shapely.STRtree(others).query(shapes, predicate="intersects")
    pieces = shapely.intersection(shapes[i], others[j])
    area = shapely.area(pieces)
    i, j, pieces, area = (x[area > 0] for x in (i, j, pieces, area))
    covered = np.full(shapes.size, shapely.Polygon(), dtype=object)
    main = np.full(shapes.size, -1, dtype=np.int64)
    order = np.lexsort((j, -area, i))
    i, j, pieces = i[order], j[order], pieces[order]
    shape, start = np.unique(i, return_index=True)
    main[shape] = j[start]
    for s, parts in zip(shape, np.split(pieces, start[1:]), strict=False):
        covered[s] = parts[0] if parts.size == 1 else shapely.union_all(parts)
    return covered, main


def assign_tracks(shapes, plans, nature_areas):
    """Track of each candidate by the main function of its land.

    What covers most of it decides: development plans (`meekoppelen`), nature areas
    (`verbreden`), or neither (`uitvoeren`); a tie goes to the first of these. The
    hectares are split without counting any twice: land that is in a plan and in a
    nature area goes with the plan.

    Parameters
    ----------
    shapes : array_like of shapely polygons, shape (n,)
        Candidates [m].
    plans, nature_areas : array_like of shapely polygons
        In the same CRS [m]; either may be empty.

    Returns
    -------
    DataFrame, one row per candidate in their order
        track; plan, nature_area (position of the one that covers most, -1 for none);
        plan_ha, nature_ha (what each kind covers, which may overlap);
        meekoppelen_ha, verbreden_ha, uitvoeren_ha (disjoint; their sum is the
        area of the candidate).

    Examples
    --------
    >>> field = shapely.box(0, 0, 100, 100)
    >>> assign_tracks([field], [], [shapely.box(50, 0, 200, 100)])["track"].tolist()
    ['verbreden']
    """
    shapes = np.asarray(shapes, dtype=object).reshape(-1)
    in_plans, plan = overlaps(shapes, plans)
    in_nature, nature_area = overlaps(shapes, nature_areas)
    area_ha = shapely.area(shapes) / 10_000
    plan_ha = shapely.area(in_plans) / 10_000
    nature_ha = shapely.area(in_nature) / 10_000
    only_nature_ha = shapely.area(shapely.difference(in_nature, in_plans)) / 10_000
    neither_ha = np.maximum(area_ha - plan_ha - only_nature_ha, 0.0)
    # A millionth of the candidate is rounding: it must not break a tie.
    tie = 1e-6 * area_ha
    track = np.where(
        plan_ha >= np.maximum(nature_ha, neither_ha) - tie,
        TRACKS[0],
        np.where(nature_ha >= neither_ha - tie, TRACKS[1], TRACKS[2]),
    )
    return pd.DataFrame(
        {
            "track": track.astype(object),
            "plan": plan,
            "nature_area": nature_area,
            "plan_ha": plan_ha,
            "nature_ha": nature_ha,
            "meekoppelen_ha": plan_ha,
            "verbreden_ha": only_nature_ha,
            "uitvoeren_ha": neither_ha,
        }
    )


def describe_tracks(candidates, plans, nature_areas):
    """Candidates with their track, whom it is shared with, and why.

    Parameters
    ----------
    candidates : GeoDataFrame
        geometry, in a projected CRS [m].
    plans : GeoDataFrame
        plan_id, name, year, geometry.
    nature_areas : GeoDataFrame
        nature_area_id, name, manager, geometry.

    Returns
    -------
    GeoDataFrame
        The same with track, plan, plan_year, nature_area, manager (of the ones that
        cover most of the candidate, blank for none), meekoppelen_ha, verbreden_ha,
        uitvoeren_ha (see `assign_tracks`), reason_nl, reason_en.
    """
    plans = plans.sort_values("plan_id", ignore_index=True)
    nature_areas = nature_areas.sort_values("nature_area_id", ignore_index=True)
    found = assign_tracks(
        candidates.geometry.to_numpy(),
        plans.geometry.to_numpy(),
        nature_areas.geometry.to_numpy(),
    )
    area_ha = candidates.geometry.area.to_numpy() / 10_000
    percent_plan = 100 * found["plan_ha"].to_numpy() / area_ha
    percent_nature = 100 * found["nature_ha"].to_numpy() / area_ha
    described = candidates.assign(
        track=_text(found["track"]),
        plan=_of(plans["name"], found["plan"], "str"),
        plan_year=_of(plans["year"], found["plan"], "Int64"),
        nature_area=_of(nature_areas["name"], found["nature_area"], "str"),
        manager=_of(nature_areas["manager"], found["nature_area"], "str"),
        **{f"{track}_ha": found[f"{track}_ha"].to_numpy() for track in TRACKS},
    )
    reasons = [
        _reason(*row)
        for row in zip(
            described["track"],
            described["plan"].fillna("?"),
            described["plan_year"],
            described["nature_area"].fillna("?"),
            described["manager"],
            percent_plan,
            percent_nature,
            strict=True,
        )
    ]
    return described.assign(
        reason_nl=_text(nl for nl, _ in reasons),
        reason_en=_text(en for _, en in reasons),
    )


def needs_species_programme(statuses):
    """Whether a candidate serves one species only, and that a relict.

    Parameters
    ----------
    statuses : DataFrame
        Columns candidate_id, species, status: the recent populations within reach
        of each candidate, of the groups that gain by it.

    Returns
    -------
    Series of bool, indexed by candidate_id
        True where a single species gains and all its populations are relicts or
        phantoms: then it is work for a species programme (track `uitvoeren`).

    Examples
    --------
    >>> found = pd.DataFrame(
    ...     {"candidate_id": ["a"], "species": ["Vertigo"], "status": ["relict"]})
    >>> needs_species_programme(found).to_dict()
    {'a': True}
    """
    doomed = statuses["status"].isin(AT_RISK)
    found = statuses.assign(doomed=doomed).groupby("candidate_id", sort=True)
    species = found["species"].nunique()
    return (species == 1) & found["doomed"].all()


def _reason(track, plan, year, area, manager, percent_plan, percent_nature):
    """Why a candidate has its track, in Dutch and in English."""
    if track == TRACKS[0]:
        when = "" if pd.isna(year) else f" ({year})"
        share = f"{percent_plan:.0f} %"
        return (
            f"meekoppelen met plan {plan}{when}: {share} ligt in plannen",
            f"ride along with plan {plan}{when}: {share} lies in plans",
        )
    if track == TRACKS[1]:
        who = "" if pd.isna(manager) else f" ({manager})"
        share = f"{percent_nature:.0f} %"
        return (
            f"verbreden van natuurgebied {area}{who}: {share} ligt in natuurgebied",
            f"broaden nature area {area}{who}: {share} lies in nature areas",
        )
    shares = f"{percent_plan:.0f} %", f"{percent_nature:.0f} %"
    return (
        "uitvoeren: de meeste grond ligt niet in een plan en niet in natuurgebied "
        f"({shares[0]} in plannen, {shares[1]} in natuurgebied)",
        "species programme: most of the land is in neither a plan nor a nature area "
        f"({shares[0]} in plans, {shares[1]} in nature areas)",
    )


def _of(values, position, dtype):
    """Values at positions, missing where the position is -1."""
    taken = values.astype(dtype).reset_index(drop=True).reindex(position)
    return taken.array


def _text(values):
    return pd.array(list(values), dtype="str")
