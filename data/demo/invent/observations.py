"""Eight thousand field records that tell the stories of `species_stories`."""

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from invent.record_dirt import soil
from invent.species_stories import STORIES

NEWEST, OLDEST = 2025, 1965
# habitat in which seeds and snails pass from one slack to the next
SLACK_CODES = ("2190", "2170", "2160", "2130_hd")
# story: years of first and last record, records in the last three five-year periods
TIMES = {
    "relict": (1998, [2, 2, 3]),
    "phantom": (1978, [8, 4, 1]),
    "dormant": (1972, [0, 0, 0]),
    "lost": (1966, [0, 0, 0]),
    "forgotten": (1966, [0, 0, 0]),
}
LAST_YEARS = {"dormant": (2008, 2014), "lost": (1974, 2006), "forgotten": (1970, 2005)}


def records_table(habitat, rng):
    """All records, dirt included, in Darwin Core columns."""
    sites = isolated_sites(habitat, rng)
    forgotten = [i for kept, _ in sites.values() for i in kept]
    shy = shapely.union_all(habitat.geometry.to_numpy()[forgotten]).buffer(60)
    rows = []
    for species, (taxon, months, cores, stories) in STORIES.items():
        for record in core_records(habitat, cores, rng):
            at = shapely.Point(record["x"], record["y"])
            late = record["year"] > 2010 and taxon in ("plant", "snail", "reptile")
            if late and shy.contains(at):
                continue  # nobody comes to the forgotten sites any more
            rows.append({"species": species, "months": months, **record})
        for record in story_records(habitat, sites, stories, rng):
            rows.append({"species": species, "months": months, **record})
    records = pd.DataFrame(rows)
    return soil(darwin_core(records, rng), rng)


def isolated_sites(habitat, rng):
    """Small sites far from their like: per kind the forgotten ones and the others."""
    zone = habitat["zone"].to_numpy()
    lone = np.flatnonzero(zone == "slack")
    lone = lone[habitat.area.to_numpy()[lone] < 1800]
    like = np.zeros(len(habitat), bool)
    for i in range(1, 4):
        like |= habitat[f"HAB{i}"].str.startswith(SLACK_CODES).to_numpy()
    geometry = habitat.geometry.to_numpy()
    tree = shapely.STRtree(geometry[like])
    near, _ = tree.query(geometry[lone], predicate="dwithin", distance=30)
    lone = lone[np.bincount(near, minlength=len(lone)) <= 1]  # itself only
    kinds = {"slack": lone}
    for kind, name in (("fen", "fen"), ("dry_relict", "dry"), ("wet_relict", "wet")):
        kinds[name] = np.flatnonzero(zone == kind)
    sites = {}
    for name, found in kinds.items():
        mixed = rng.permutation(found)
        n = max(2, len(mixed) // 5)
        sites[name] = (mixed[:n].tolist(), mixed[n:].tolist())
    return sites


def core_records(habitat, cores, rng):
    """Yield records where a species has, or had, its main populations."""
    for n, vegetation, places, until in cores:
        fits = habitat["vegetation"].isin(vegetation)
        if places:
            fits &= habitat["core"].isin(places)
        found = np.flatnonzero(fits)
        if found.size == 0:
            raise ValueError(f"no {vegetation} in {places or 'the landscape'}")
        # It lives in most of the fitting polygons, the large ones above all.
        lived = rng.choice(found, max(1, round(found.size * 0.6)), replace=False)
        weight = habitat.area.to_numpy()[lived] ** 0.7
        where = rng.choice(lived, n, p=weight / weight.sum())
        scale = 10 if until == NEWEST else 9
        years = until - np.floor(rng.exponential(scale, n)).astype(int)
        years = np.where(years < OLDEST, rng.integers(OLDEST, until + 1, n), years)
        for i, year in zip(where, years, strict=True):
            x, y = inside(habitat.geometry.iloc[i], rng)
            yield {"x": x, "y": y, "year": int(year), "vague": True, "absent": False}


def story_records(habitat, sites, stories, rng):
    """Yield records at small isolated sites, each with its own course of time."""
    unused = {kind: rng.permutation(rest).tolist() for kind, (_, rest) in sites.items()}
    for story, (kind, n) in stories.items():
        if story == "forgotten":
            chosen = rng.permutation(sites[kind][0])[:n].tolist()
        else:
            chosen, unused[kind] = unused[kind][:n], unused[kind][n:]
        for i in chosen:
            shape = habitat.geometry.iloc[i]
            for year in story_years(story, rng):
                x, y = inside(shape, rng)
                yield {"x": x, "y": y, "year": year, "vague": False, "absent": False}
            if story == "lost":  # somebody looked again, in vain
                x, y = inside(shape, rng)
                year = int(rng.integers(2018, NEWEST + 1))
                yield {"x": x, "y": y, "year": year, "vague": False, "absent": True}


def story_years(story, rng):
    """Years of the records at one site."""
    first, periods = TIMES[story]
    years = []
    for start, n in zip((2011, 2016, 2021), periods, strict=True):
        years += rng.integers(start, start + 5, n).tolist()
    last = int(rng.integers(*LAST_YEARS[story])) if story in LAST_YEARS else 2010
    years += rng.integers(min(first, last), last + 1, int(rng.integers(2, 7))).tolist()
    if story in LAST_YEARS:
        years.append(last)
    return sorted(int(y) for y in years)


def inside(shape, rng):
    """Draw a random point in a polygon."""
    x0, y0, x1, y1 = shape.bounds
    for _ in range(60):
        x, y = rng.uniform((x0, y0), (x1, y1))
        if shapely.contains_xy(shape, x, y):
            return x, y
    middle = shape.representative_point()
    return middle.x, middle.y


def darwin_core(records, rng):
    """Fill the columns of a GBIF download, oldest record first."""
    n = len(records)
    to_degrees = Transformer.from_crs("EPSG:31370", "EPSG:4326", always_xy=True)
    lon, lat = to_degrees.transform(records["x"], records["y"])
    months = np.array(records["months"].tolist())
    month = rng.integers(months[:, 0], months[:, 1] + 1)
    day = rng.integers(1, 29, n)
    modern = (records["year"] >= 2008).to_numpy()
    vague = records["vague"].to_numpy()
    fine = rng.choice([5, 10, 25, 50], n, p=[0.35, 0.35, 0.2, 0.1])
    coarse = rng.choice([25, 50, 100, 250, 500], n, p=[0.3, 0.25, 0.2, 0.15, 0.1])
    uncertainty = np.where(modern, fine, coarse)
    uncertainty = np.where(vague, uncertainty, np.where(modern, 5, 10)).astype(float)
    uncertainty[vague & (rng.random(n) < 0.12)] = np.nan
    old = (records["year"] < 1990).to_numpy() & (rng.random(n) < 0.3)
    count = np.minimum(rng.geometric(0.25, n), 60)
    count = np.where(records["absent"], 0, count).astype(float)
    count[~records["absent"].to_numpy() & (rng.random(n) < 0.35)] = np.nan
    dates = [
        f"{y}-{m:02d}-{d:02d}"
        for y, m, d in zip(records["year"], month, day, strict=True)
    ]
    table = pd.DataFrame({
        "scientificName": records["species"],
        "eventDate": dates,
        "decimalLatitude": np.char.mod("%.6f", lat),
        "decimalLongitude": np.char.mod("%.6f", lon),
        "coordinateUncertaintyInMeters": pd.array(uncertainty, dtype="Int64"),
        "occurrenceStatus": np.where(records["absent"], "absent", "present"),
        "individualCount": pd.array(count, dtype="Int64"),
        "dataGeneralizations": "",
        "basisOfRecord": np.where(old, "PRESERVED_SPECIMEN", "HUMAN_OBSERVATION"),
        "license": rng.choice(["CC0_1_0", "CC_BY_4_0"], n, p=[0.7, 0.3]),
        "vague": vague,
    })  # fmt: skip
    table = table.astype({"decimalLatitude": object, "decimalLongitude": object})
    table = table.sort_values("eventDate", kind="stable", ignore_index=True)
    table.insert(0, "occurrenceID", [f"demo:{i + 1:05d}" for i in range(n)])
    return table
