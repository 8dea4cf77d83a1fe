"""The dirt that real record files have, put in on purpose and in small counts."""

import numpy as np
import pandas as pd
from pyproj import Transformer

# counts of each kind; data/README.md tells them, a test holds them
COUNTS = {
    "authorship": 700,
    "synonym": 120,
    "wrong_case": 60,
    "unknown_species": 15,
    "no_coordinates": 20,
    "zero_coordinates": 6,
    "swapped_coordinates": 6,
    "far_away": 5,
    "future_date": 5,
    "year_only": 250,
    "interval": 120,
    "undated": 20,
    "absent": 150,
    "grid_blurred": 260,
    "decimal_comma": 12,
    "repeated_row": 25,
    "repeated_under_new_id": 20,
}
SYNONYMS = {
    "Scirpoides holoschoenus": "Scirpus holoschoenus",
    "Gentianella uliginosa": "Gentiana uliginosa",
    "Juncus balticus": "Juncus arcticus",
    "Epidalea calamita": "Bufo calamita",
    "Pelophylax lessonae": "Rana lessonae",
    "Phengaris alcon": "Maculinea alcon",
    "Plebejus argus": "Plebeius argus",
    "Leiopicus medius": "Dendrocopos medius",
}
AUTHORS = {
    "Parnassia palustris": "L.", "Schoenus nigricans": "L.", "Genista anglica": "L.",
    "Genista pilosa": "L.", "Jasione montana": "L.", "Drosera rotundifolia": "L.",
    "Dactylorhiza incarnata": "(L.) Soó", "Liparis loeselii": "(L.) Rich.",
    "Gentiana pneumonanthe": "L.", "Rhynchospora alba": "(L.) Vahl",
    "Hyla arborea": "(Linnaeus, 1758)", "Triturus cristatus": "(Laurenti, 1768)",
    "Rana arvalis": "Nilsson, 1842", "Limosa limosa": "(Linnaeus, 1758)",
    "Alauda arvensis": "Linnaeus, 1758", "Lacerta agilis": "Linnaeus, 1758",
    "Plebejus argus": "(Linnaeus, 1758)", "Vertigo angustior": "Jeffreys, 1830",
    "Caprimulgus europaeus": "Linnaeus, 1758", "Vipera berus": "(Linnaeus, 1758)",
}  # fmt: skip
UNKNOWN = ["Planta ignota", "Ranunculus sp.", "indet.", "Avis dubia", ""]
BLURRED = "coordinates are generalised to a 1 km grid cell"


def soil(records, rng):
    """Return the records with the dirt in them, without the column `vague`.

    Only records of the main populations are soiled: each record at a small site
    counts for the status of its population.
    """
    table = records.copy()
    spare = rng.permutation(np.flatnonzero(table.pop("vague").to_numpy()))
    spare = spare[(table["occurrenceStatus"].iloc[spare] == "present").to_numpy()]
    rename(table, spare, rng)
    used = 0

    def take(kind):
        nonlocal used
        used += COUNTS[kind]
        return spare[used - COUNTS[kind] : used]

    lat, lon, date = "decimalLatitude", "decimalLongitude", "eventDate"
    table.loc[take("unknown_species"), "scientificName"] = rng.choice(
        UNKNOWN, COUNTS["unknown_species"]
    )
    table.loc[take("no_coordinates"), [lat, lon]] = ""
    table.loc[take("zero_coordinates"), [lat, lon]] = "0"
    rows = take("swapped_coordinates")
    table.loc[rows, [lat, lon]] = table.loc[rows, [lon, lat]].to_numpy()
    table.loc[take("far_away"), [lat, lon]] = ["41.386400", "2.170100"]
    rows = take("decimal_comma")
    for column in (lat, lon):
        table.loc[rows, column] = table.loc[rows, column].str.replace(".", ",")
    rows = take("grid_blurred")
    table.loc[rows, [lat, lon]] = grid_centres(table.loc[rows], lat, lon)
    table.loc[rows, "coordinateUncertaintyInMeters"] = 707
    table.loc[rows, "dataGeneralizations"] = BLURRED
    rows = take("absent")
    table.loc[rows, "occurrenceStatus"] = "absent"
    table.loc[rows, "individualCount"] = 0
    table.loc[take("future_date"), date] = "2031-06-15"
    table.loc[take("undated"), date] = ""
    rows = take("year_only")
    table.loc[rows, date] = table.loc[rows, date].str[:4]
    rows = take("interval")
    month = table.loc[rows, date].str[:7]
    table.loc[rows, date] = month + "-01/" + month + "-28"
    again = table.loc[take("repeated_under_new_id")].copy()
    again["occurrenceID"] = [f"demo:9{i:04d}" for i in range(len(again))]
    same = table.loc[take("repeated_row")]
    return pd.concat([table, again, same], ignore_index=True)


def rename(table, spare, rng):
    """Write some names with an author, in a wrong case or as a synonym."""
    names = table["scientificName"]
    spare = np.sort(spare)
    for kind, words in (("authorship", AUTHORS), ("synonym", SYNONYMS)):
        fitting = spare[names.iloc[spare].isin(words).to_numpy()]
        rows = rng.choice(fitting, COUNTS[kind], replace=False)
        new = names.iloc[rows].map(words)
        old = names.iloc[rows]
        table.loc[rows, "scientificName"] = (
            old + " " + new if kind == "authorship" else new
        )
        spare = np.setdiff1d(spare, rows)
    rows = rng.choice(spare, COUNTS["wrong_case"], replace=False)
    half = len(rows) // 2
    table.loc[rows[:half], "scientificName"] = names.iloc[rows[:half]].str.upper()
    table.loc[rows[half:], "scientificName"] = names.iloc[rows[half:]].str.lower()


def grid_centres(rows, lat, lon):
    """Middle of the kilometre square of each record, in degrees as text."""
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:31370", always_xy=True)
    degrees = rows[[lon, lat]].astype(float).to_numpy().T
    metres = np.array(to_metres.transform(*degrees))
    x, y = np.floor(metres / 1000) * 1000 + 500
    to_degrees = Transformer.from_crs("EPSG:31370", "EPSG:4326", always_xy=True)
    new_lon, new_lat = to_degrees.transform(x, y)
    text = [np.char.mod("%.6f", v) for v in (new_lat, new_lon)]
    return np.column_stack(text).astype(object)
