"""What a run says of itself: ten lines for the screen, its settings, its provenance."""

import hashlib
import json
from importlib import metadata
from io import BytesIO
from pathlib import PurePath

import pandas as pd
import pyogrio
import pyproj
import shapely

from robuust.figures import euros, figure, figure_nl
from robuust.group_changes import balance_lines
from robuust.meanings import MEANINGS, label

SOFTWARE = ("geopandas", "pandas", "numpy", "scipy", "shapely", "rasterio", "snakemake")


def summary_lines(frames, *, title, language, results):
    """Sum a run up in ten lines.

    Parameters
    ----------
    frames : dict of str to DataFrame
        Layers and tables of robuust.gpkg by name: group_summary, robust_areas,
        bundle_summary, populations, relict_sites, restoration, plan_curve,
        ingest_summary.
    title : str
        Name of the area.
    language : str
        ``nl`` or ``en``.
    results : str
        Folder in which the reader finds the files.

    Returns
    -------
    list of str
        Ten lines, in the language of the reader.
    """
    dutch = language == "nl"
    number = figure_nl if dutch else figure
    groups = frames["group_summary"]
    empty = groups.loc[groups["n_patches"] == 0, f"name_{language}"]
    balance = frames["ingest_summary"].query("reason == 'balance'")
    rows_in, rows_out = balance["rows_in"].sum(), balance["rows_quarantined"].sum()
    texts = [
        ("Gebied", "Area", title),
        (
            "Soortgroepen",
            "Species groups",
            f"{len(groups)}, {'zonder habitat' if dutch else 'without habitat'}: "
            f"{', '.join(empty) or '-'}",
        ),
        (
            "Robuuste gebieden",
            "Robust areas",
            _areas(frames["robust_areas"], frames["bundle_summary"], number, dutch),
        ),
        ("Habitatplekken", "Patches", _class_counts(groups, language)),
        ("Populaties", "Populations", _status_counts(frames["populations"], language)),
        ("Relicten eerst", "Relicts first", _relicts(frames["relict_sites"])),
        ("Herstel eerst", "Restore first", _candidates(frames["restoration"], number)),
        ("Plan", "Plan", _plans(frames["plan_curve"], number, dutch)),
        (
            "Quarantaine",
            "Quarantine",
            f"{rows_out} {'van' if dutch else 'of'} {rows_in} "
            f"{'rijen, met reden' if dutch else 'rows, each with its reason'}",
        ),
        *balance_lines(frames["group_changes"], frames["population_changes"], language),
        (
            "Open",
            "Open",
            f"{results}/robuust.qgz (QGIS), {results}/report.html, "
            f"{results}/robuust.gpkg, {results}/tables/",
        ),
    ]
    width = 1 + max(len(text[0 if dutch else 1]) for text in texts)
    return [f"{(nl if dutch else en) + ':':<{width}} {text}" for nl, en, text in texts]


def settings_rows(config, schema):
    """Write every setting as one row, with what it means.

    Parameters
    ----------
    config : dict
        The settings of the run; sections inside it become ``section.key``.
    schema : dict
        JSON Schema of the settings, where the descriptions stand.

    Returns
    -------
    DataFrame
        key, value, description (text); a list or a missing value is JSON text.

    Examples
    --------
    >>> settings_rows({"grid": {"cell_m": 25}}, {}).values.tolist()
    [['grid.cell_m', '25', '']]
    """
    rows = list(_flatten(config, schema, ""))
    return pd.DataFrame(rows, columns=["key", "value", "description"], dtype="str")


def parameter_table_rows(contents):
    r"""Describe the parameter tables as the table `sources` describes input files.

    Parameters
    ----------
    contents : dict of str to bytes
        What each table file holds, by its path.

    Returns
    -------
    DataFrame
        source, kind, path, rows, sha256, and what only a map layer has, left empty.

    Examples
    --------
    >>> parameter_table_rows({"config/species.csv": b"species\nErica\n"})["rows"].item()
    1
    """
    return pd.DataFrame(
        {
            "source": [PurePath(path).stem for path in contents],
            "kind": "parameter_table",
            "path": [str(path) for path in contents],
            "rows": [len(pd.read_csv(BytesIO(text))) for text in contents.values()],
            "sha256": [hashlib.sha256(text).hexdigest() for text in contents.values()],
            "layer": None,
            "crs": None,
            "area_before_ha": None,
            "area_after_ha": None,
            "transformation": None,
            "accuracy_m": None,
            "better_grid": None,
        }
    )


def software_versions(robuust):
    """Versions of this software, given, and of the ones that its results stand on."""
    return {
        "robuust": robuust,
        **{name: metadata.version(name) for name in SOFTWARE},
        "gdal": pyogrio.__gdal_version_string__,
        "geos": shapely.geos_version_string,
        "proj": pyproj.proj_version_str,
    }


def run_info_rows(*, versions, library, settings, tables, crs, reference_date):
    """Tell what made this result, so that it can be made again.

    No clock time: the same input gives the same table.

    Parameters
    ----------
    versions : dict of str to str
        Result of `software_versions`.
    library : str
        Digest of the library.
    settings, tables : DataFrame
        Results of `settings_rows` and `parameter_table_rows`.
    crs : str
        The analysis CRS.
    reference_date : str
        The day that "recent" counts back from.

    Returns
    -------
    DataFrame
        key, value, description (text).
    """
    tables = tables[["source", "sha256"]].sort_values("source")
    rows = [
        *(
            (f"version_{name}", text, f"version of {name}")
            for name, text in versions.items()
        ),
        ("library", library, "fingerprint of the code in scripts/robuust"),
        ("settings", _digest(settings), "fingerprint of the table settings"),
        (
            "parameter_tables",
            _digest(tables),
            "fingerprint of the parameter tables; see the table sources",
        ),
        ("crs", crs, "reference system of the analysis"),
        ("reference_date", reference_date, "the day that 'recent' counts back from"),
    ]
    return pd.DataFrame(rows, columns=["key", "value", "description"], dtype="str")


def provenance_tables(config, *, schema, version, table_contents, library):
    """Make the tables that say how to repeat a run.

    Parameters
    ----------
    config, schema : dict
        The settings and their JSON Schema.
    version : str
        Version of this software.
    table_contents : dict of str to bytes
        What each parameter table holds, by its path.
    library : str
        Digest of the library.

    Returns
    -------
    dict of str to DataFrame
        settings, run_info, and the rows of sources that are parameter tables.
    """
    settings = settings_rows(config, schema)
    tables = parameter_table_rows(table_contents)
    info = run_info_rows(
        versions=software_versions(version),
        library=library,
        settings=settings,
        tables=tables,
        crs=config["crs"],
        reference_date=config["reference_date"],
    )
    return {"settings": settings, "run_info": info, "sources": tables}


def _digest(rows):
    """Fingerprint of a table: the first 16 digits of the SHA-256 of its cells."""
    return hashlib.sha256(rows.to_json(orient="values").encode()).hexdigest()[:16]


def _areas(areas, bundles, number, dutch):
    """Tell the number and hectares of robust areas, and of those too small to list."""
    small_ha = bundles["in_small_areas_ha"].head(1).sum()  # all groups come first
    small = "in kleinere, niet in de lijst" if dutch else "in smaller ones, not listed"
    told = f"{len(areas)}, {number(areas['area_ha'].sum())} ha"
    return f"{told}; {number(small_ha)} ha {small}" if small_ha else told


def _class_counts(groups, language):
    """How many patches have each class, all groups together."""
    return ", ".join(
        f"{groups[f'n_{name}'].sum()} {label('class', name, language)}"
        for name in MEANINGS["class"]
    )


def _status_counts(populations, language):
    """How many populations have each status that occurs, and what it rests on."""
    counts = populations["status"].value_counts()
    told = ", ".join(
        f"{counts[name]} {label('status', name, language)}"
        for name in MEANINGS["status"]
        if name in counts.index
    )
    if not told or populations["n_records"].sum() > 0:
        return told or "-"
    words = {
        "nl": "let op: geen enkele waarneming ligt bij een plek",
        "en": "beware: not one record lies at a patch",
    }
    return f"{told}; {words[language]}"


def _relicts(sites):
    """Name the three most urgent relict sites."""
    rows = sites.sort_values("rank").head(3).itertuples()
    return "; ".join(f"{row.species} ({row.patch_id})" for row in rows) or "-"


def _candidates(restoration, number):
    """Name the three candidates that rank first."""
    top = restoration.sort_values(["rank", "candidate_id"]).head(3)
    return (
        "; ".join(
            f"{row.candidate_id} ({number(row.area_ha)} ha, {row.track})"
            for row in top.itertuples()
        )
        or "-"
    )


def _plans(curve, number, dutch):
    """How much the best plan of each budget buys."""
    language = "nl" if dutch else "en"
    best = curve[curve["plan"] == "best"].sort_values("budget_eur")
    return (
        "; ".join(
            f"{euros(row.budget_eur, language)} euro: {row.n} "
            f"{'kandidaten, winst' if dutch else 'candidates, gain'} "
            f"{number(row.gain)}"
            for row in best.itertuples()
        )
        or "-"
    )


def _flatten(config, schema, prefix):
    """Yield (key, value, description) of each setting, in the order of the settings."""
    properties = schema.get("properties", {})
    for name, value in config.items():
        inner = properties.get(name, {})
        if isinstance(value, dict):
            yield from _flatten(value, inner, f"{prefix}{name}.")
        else:
            text = (
                value
                if isinstance(value, str)
                else json.dumps(value, ensure_ascii=False)
            )
            yield f"{prefix}{name}", text, inner.get("description", "")
