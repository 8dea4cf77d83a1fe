"""The golden landscape as the files and settings that a user would give."""

import pandas as pd
from golden_land import (
    CROSSING,
    EARLIER,
    GROUPS,
    MOVES,
    NORMS,
    REFERENCE_DATE,
    ROOT,
    SPECIES,
    SUITABILITY,
    barriers,
    habitat,
    records,
)

STANDARD = "butterflies"  # class whose values our classes take where paper has none


def write_inputs(folder):
    """Write the layers, the records and the tables of config/ with our rows added.

    Parameters
    ----------
    folder : Path
        Where a user stands who calls snakemake.

    Returns
    -------
    dict
        The settings.
    """
    habitat().to_file(folder / "habitat.gpkg")
    habitat(EARLIER).to_file(folder / "earlier.gpkg")
    barriers().to_file(folder / "roads.gpkg")
    found = records()
    pd.DataFrame(
        {
            "id": found["record_id"],
            "species": found["species"],
            "x": found.geometry.x,
            "y": found.geometry.y,
            "date": found["date_first"].dt.strftime("%Y-%m-%d"),
            "uncertainty_m": found["uncertainty_m"],
            "status": found["present"].map({True: "present", False: "absent"}),
            "generalised": found["generalised"].map({True: "yes", False: "no"}),
        }
    ).to_csv(folder / "records.csv", index=False)
    for name, table in own_tables().items():
        table.to_csv(folder / f"{name}.csv", index=False)
    columns = {"code_column": "code", "id_column": "polygon_id"}
    road_source = {"path": "roads.gpkg", "barrier_column": "barrier"}
    return {
        "area": "golden",
        "language": "en",
        "reference_date": REFERENCE_DATE,
        "groups": list(GROUPS),
        "stability": {"draws": 2},
        "tables": {name: f"{name}.csv" for name in own_tables()},
        "sources": {
            "habitat": [{"name": "map", "path": "habitat.gpkg", **columns}],
            "historic_habitat": [{"name": "then", "path": "earlier.gpkg", **columns}],
            "records": [{"name": "finds", "path": "records.csv", "crs": "EPSG:31370"}],
            "barriers": [{"name": "roads", **road_source}],
        },
    }


def own_tables():
    """Tables of config/ with rows for our groups; of the species only ours."""
    tables = {
        name: pd.read_csv(ROOT / "config" / f"{name}.csv", dtype="str")
        for name in (
            *("mobility_classes", "parameter_evidence", "species_groups"),
            *("suitability", "species", "barrier_types"),
        )
    }
    classes = tables["mobility_classes"]
    standard = classes[classes["mobility_class"] == STANDARD]
    evidence = tables["parameter_evidence"]
    evidence = evidence[evidence["mobility_class"] == STANDARD]
    bundles = {bundle for bundle, *_ in GROUPS.values()}
    suitability = tables["suitability"]
    suitability = suitability[~suitability["bundle"].isin(bundles)]
    return {
        "mobility_classes": pd.concat(
            [classes, *(standard.assign(**_class(group)) for group in GROUPS)]
        ),
        "parameter_evidence": pd.concat(
            [
                tables["parameter_evidence"],
                *(evidence.assign(mobility_class=group) for group in GROUPS),
            ]
        ),
        "species_groups": pd.concat(
            [
                tables["species_groups"],
                pd.DataFrame([_group(group) for group in GROUPS]),
            ]
        ),
        "suitability": pd.concat([suitability, _rows_of_suitability()]),
        "species": pd.DataFrame(
            [_species(name) for name in SPECIES], columns=tables["species"].columns
        ),
        "barrier_types": pd.concat([tables["barrier_types"], _rows_of_barriers()]),
    }


def _class(group):
    _, *moves = GROUPS[group]
    moves = dict(zip(MOVES, moves, strict=True))
    rings = (f"buffer_{ring}_m" for ring in ("inner", "mid", "outer"))
    edge = {"edge_depth_m": 10, "min_patch_ha": 1}
    return (
        {"mobility_class": group, "name_nl": group, "name_en": group}
        | moves
        | NORMS
        | edge
        | dict(zip(rings, (10, 20, 30), strict=True))
    )


def _group(group):
    names = {"group": group, "name_nl": group, "name_en": group}
    return names | {"mobility_class": group, "bundle": GROUPS[group][0], "weight": 1}


def _rows_of_suitability():
    columns = ["code", "bundle", "suitability", "role"]
    return pd.DataFrame(SUITABILITY, columns=columns)


def _rows_of_barriers():
    rows = [("motorway", group, chance) for group, chance in CROSSING.items()]
    columns = ["barrier", "mobility_class", "crossing_probability"]
    return pd.DataFrame(rows, columns=columns)


def _species(name):
    group, taxon_group, seed_bank_years, long_lived = SPECIES[name]
    return {
        "species": name,
        "name_nl": name,
        "group": group,
        "taxon_group": taxon_group,
        "seed_bank_years": seed_bank_years,
        "long_lived": long_lived,
        "responsible": "province",
    }
