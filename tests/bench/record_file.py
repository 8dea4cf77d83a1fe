"""A seeded text table of species records, of any size, for the bench.

Like a national export: 3,000 species of very unequal number, names with and without
author, days from 1989 to 2026, metres in Lambert 72, ids in no order. Two rows in a
hundred have dirt, `DIRT` says which. It is written block by block.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import shapely

SPECIES = 3_000
DIRT = {  # share of the rows, and what stands in which column
    "unknown_species": (0.004, "species", "Ignota obscura"),
    "missing_species": (0.001, "species", ""),
    "missing_coordinates": (0.003, "x", ""),
    "unreadable_coordinates": (0.001, "y", "onbekend"),
    "far_from_area": (0.003, "x", "990"),
    "unreadable_date": (0.002, "date", "zomer"),
    "impossible_date": (0.002, "date", "2011-02-30"),
    "unknown_status": (0.001, "status", "misschien"),
}
_TWICE = 0.003  # of the rows: the row before it again, under an id of its own
_CENTRE, _RADIUS_M = (150_000.0, 200_000.0), 45_000.0
_OUTSIDE, _OUTSIDE_M = 0.02, 5_000.0  # rows beyond the edge of the area, at most so far
_BLOCK_ROWS = 500_000
_GENERA = 400


def study_area(vertices=4_000):
    """Draw a ragged area of some 6,000 km² with as many vertices as a province.

    Parameters
    ----------
    vertices : int

    Returns
    -------
    Polygon
        In Lambert 72 [m].
    """
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radius = _edge_m(angle)
    return shapely.Polygon(
        np.column_stack(
            [_CENTRE[0] + radius * np.cos(angle), _CENTRE[1] + radius * np.sin(angle)]
        )
    )


def species_table():
    """Invent a species table: accepted name, Dutch name, synonym, taxon group.

    Returns
    -------
    DataFrame
        Of text, with the columns that `match_names` needs.
    """
    number = np.arange(SPECIES)
    genus = pd.Series(number % _GENERA).map(lambda k: f"Genus{_letters(k)}")
    word = pd.Series(number // _GENERA).map(lambda k: f"species{_letters(k)}")
    return pd.DataFrame(
        {
            "species": genus + " " + word,
            "name_nl": pd.Series(number).map(lambda k: f"soort {_letters(k)}"),
            "synonyms": "Antea " + word + genus.str.lower(),
            "taxon_group": np.array(["birds", "plants", "insects"])[number % 3],
        }
    )


def write_records(path, rows, *, seed=20260101):
    """Write the table as comma-separated text.

    Parameters
    ----------
    path : Path
    rows : int
    seed : int
    """
    names = _written_names()
    ids = np.random.default_rng([seed, 0]).permutation(rows)
    with pyarrow.OSFile(str(path), "wb") as file:
        for start in range(0, rows, _BLOCK_ROWS):
            random = np.random.default_rng([seed, 1, start])
            table = _block(ids[start : start + _BLOCK_ROWS], names, random)
            first = pyarrow.csv.WriteOptions(
                include_header=start == 0, quoting_style="needed"
            )
            pyarrow.csv.write_csv(table, file, first)


def _block(ids, names, random):
    n = len(ids)
    x, y = _places(n, random)
    kind = np.minimum(random.exponential(0.12, n), 0.999) * len(names)
    days = np.datetime64("1989-01-01") + random.integers(0, 13_500, n)
    uncertainty = random.choice(["1", "5", "10", "25", "71", "707", ""], n)
    table = pd.DataFrame(
        {
            "occurrenceID": pd.Series(ids).astype("str").str.zfill(9).radd("INBO:OBS:"),
            "species": names[kind.astype(int)],
            "date": days.astype("str"),
            "x": x.astype("str"),
            "y": y.astype("str"),
            "coordinateUncertaintyInMeters": uncertainty,
            "count": random.choice(["1", "2", "3", "12", "", "0"], n),
            "status": random.choice(["present", "", "absent"], n, p=[0.9, 0.09, 0.01]),
            "observer": pd.Series(random.integers(0, 9_999, n)).map(
                "waarnemer {}".format
            ),
            "remarks": random.choice(["", "", "langs het pad, noordkant"], n),
        },
        dtype="str",
    )
    again = np.flatnonzero(random.random(n - 1) < _TWICE) + 1
    others = [c for c in table.columns if c != "occurrenceID"]
    table.loc[again, others] = table.loc[again - 1, others].to_numpy()
    turn, below = random.random(n), 0.0
    for share, column, word in DIRT.values():
        table.loc[(turn >= below) & (turn < below + share), column] = word
        below += share
    return pa.Table.from_pandas(table, preserve_index=False)


def _places(n, random):
    """Whole metres, most inside the area, a few a little outside."""
    angle = random.uniform(0, 2 * np.pi, n)
    radius = _edge_m(angle) * 0.99 * np.sqrt(random.random(n))
    outside = random.random(n) < _OUTSIDE
    radius[outside] = _edge_m(angle[outside]) + random.uniform(
        500, _OUTSIDE_M, outside.sum()
    )
    return (
        np.rint(_CENTRE[0] + radius * np.cos(angle)).astype(int),
        np.rint(_CENTRE[1] + radius * np.sin(angle)).astype(int),
    )


def _edge_m(angle):
    """Distance from centre to edge; it swings, so that no box does for the area."""
    return _RADIUS_M * (1 + 0.15 * np.sin(7 * angle) + 0.02 * np.sin(301 * angle))


def _written_names():
    """The ways in which each species is written: five, the last four ever rarer."""
    table = species_table()
    name = table["species"]
    author = pd.Series([f" (Auteur, {1758 + k % 200})" for k in range(SPECIES)])
    ways = [name, name + author, name.str.upper(), table["name_nl"], table["synonyms"]]
    return np.array(pd.concat(ways), dtype=object)


def _letters(number):
    """Write a number in small letters: 0 is aa, 27 is bb."""
    return (
        chr(97 + number // 26 % 26)
        + chr(97 + number % 26)
        + (chr(97 + number // 676) if number >= 676 else "")
    )
