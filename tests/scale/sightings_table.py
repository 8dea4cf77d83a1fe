"""Records of the species of config/species.csv, in clusters where they may live.

Columns of a Darwin Core table. A species lives in some of the polygons of its habitat
codes; a part of its sites was given up years ago; one record in ten lies anywhere.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
from pyproj import Transformer

PER_POLYGON = 7.7  # Flanders: 5 million records on 650,000 polygons
_STRAY, _UNDATED, _UNKNOWN = 0.1, 0.003, 0.003
_OCCUPIED = 0.3  # of the squares of `_SQUARE_M` with habitat
_SQUARE_M = 1_400.0
_BLOCK_ROWS = 500_000
_LAST_YEAR = 2025


def write_sightings(path, species, xy, codes, bounds, *, rows, seed):
    """Write the records as comma-separated text.

    Parameters
    ----------
    path : Path
    species : DataFrame
        `species` and `habitat_codes`, text, codes parted by ";".
    xy : ndarray of float, shape (n_polygons, 2)
        Middles of the polygons [m].
    codes : ndarray of str, shape (n_polygons,)
    bounds : tuple of float
    rows : int
    seed : int
    """
    random = np.random.default_rng([seed, 30])
    share = random.lognormal(0, 1, len(species))
    counts = random.multinomial(rows, share / share.sum())
    known = pd.Series(codes).unique()
    parts = []
    for k, (name, wanted) in enumerate(
        zip(species["species"], species["habitat_codes"], strict=True)
    ):
        stems = tuple(filter(None, wanted.split(";")))
        fitting = [code for code in known if stems and code.startswith(stems)]
        homes = xy[np.isin(codes, fitting)]
        random = np.random.default_rng([seed, 31, k])
        parts.append(_of_species(name, homes, counts[k], bounds, random))
    table = pd.concat(parts, ignore_index=True)
    table = table.iloc[random.permutation(len(table))].reset_index(drop=True)
    _write(path, table)


def _of_species(name, homes, n, bounds, random):
    """Places, days and the rest for n records of one species."""
    square = np.floor(homes / _SQUARE_M).astype(int)
    _, at = np.unique(square, axis=0, return_inverse=True)
    chosen = random.random(at.max(initial=-1) + 1) < _OCCUPIED
    homes = homes[chosen[at.ravel()]] if len(homes) else homes
    west, south, east, north = bounds
    xy = np.stack([random.uniform(west, east, n), random.uniform(south, north, n)], 1)
    year = _LAST_YEAR - np.minimum(random.exponential(9, n), 60).astype(int)
    if len(homes):
        weight = random.lognormal(0, 1, len(homes))
        given_up = np.where(
            random.random(len(homes)) < 0.35, random.integers(3, 30, len(homes)), 0
        )
        site = random.choice(len(homes), n, p=weight / weight.sum())
        settled = random.random(n) >= _STRAY
        xy[settled] = homes[site[settled]] + random.normal(0, 30, (settled.sum(), 2))
        year[settled] -= given_up[site[settled]]
    day = pd.to_datetime(pd.Series(year.astype(str)) + "-03-01") + pd.to_timedelta(
        random.integers(0, 240, n), unit="D"
    )
    day = day.dt.strftime("%Y-%m-%d").to_numpy(dtype=object)
    day[random.random(n) < _UNDATED] = ""
    names = np.full(n, name, dtype=object)
    names[random.random(n) < _UNKNOWN] = "Ignota obscura"
    return pd.DataFrame(
        {
            "scientificName": names,
            "eventDate": day,
            "x": xy[:, 0],
            "y": xy[:, 1],
            "coordinateUncertaintyInMeters": random.choice(
                ["5", "5", "10", "10", "25", "25", "100", "500", ""], n
            ),
            "occurrenceStatus": random.choice(["present", "absent"], n, p=[0.99, 0.01]),
        }
    )


def _write(path, table):
    degrees = Transformer.from_crs(31370, 4326, always_xy=True)
    with pa.OSFile(str(path), "wb") as file:
        for start in range(0, len(table), _BLOCK_ROWS):
            block = table.iloc[start : start + _BLOCK_ROWS]
            longitude, latitude = degrees.transform(block["x"], block["y"])
            number = pa.array(np.arange(start, start + len(block)).astype(str))
            columns = {
                "occurrenceID": pa.compute.binary_join_element_wise(
                    "country:", number, ""
                ),
                "decimalLatitude": np.round(latitude, 6),
                "decimalLongitude": np.round(longitude, 6),
            }
            columns |= {name: block[name] for name in block.columns.drop(["x", "y"])}
            options = pa.csv.WriteOptions(
                include_header=start == 0, quoting_style="needed"
            )
            pa.csv.write_csv(pa.table(columns), file, options)
