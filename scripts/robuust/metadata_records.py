"""Metadata of results: what each is, made of what, for when and where, by whom.

One record per layer, table and raster, and one for the GeoPackage as a whole, in two
forms: ISO 19139, which catalogues read, and that of QGIS, which its layer properties
show. What nobody filled in under `metadata` in the settings is told as missing.
"""

from dataclasses import dataclass

import pyproj

from robuust.output_layers import LAYERS
from robuust.templates import fill

#: What `gpkg_metadata` calls the two forms.
ISO_URI, QGIS_URI = "http://www.isotc211.org/2005/gmd", "http://mrcc.com/qgis.dtd"
#: The name of the record of the whole GeoPackage.
WHOLE = "robuust"
#: Rasters: title and what a cell holds, in Dutch and English.
RASTERS = {
    "robustness_score": (
        ("Robuustheid per cel", "Robustness per cell"),
        (
            "Gewogen aandeel soortgroepen waarvoor de cel robuust is, 0 tot 1.",
            "Weighted share of species groups that find the cell robust, 0 to 1.",
        ),
    ),
    "robust_groups": (
        ("Aantal groepen: robuust", "Number of groups: robust"),
        (
            "Voor hoeveel soortgroepen de cel robuust is.",
            "For how many species groups the cell is robust.",
        ),
    ),
    "buffer_groups": (
        ("Aantal groepen: bereik", "Number of groups: reach"),
        (
            "Van hoeveel soortgroepen de bufferringen de cel bedekken.",
            "Of how many species groups the buffer rings cover the cell.",
        ),
    ),
    "habitat_variety": (
        ("Variatie in habitat", "Variety of habitat"),
        (
            "Aantal habitattypen, hun Shannon-diversiteit en de korrelgrootte in ha, "
            "binnen de lokale afstand van elke soortgroep.",
            "Number of habitat types, their Shannon diversity and the grain in ha, "
            "within the local distance of each species group.",
        ),
    ),
    "current_flow": (
        ("Doorstroming", "Current flow"),
        (
            "Waar dieren van deze soortgroep over de landbedekking zouden passeren.",
            "Where animals of this species group would pass over the land cover.",
        ),
    ),
}
_LANGUAGES = {"nl": "dut", "en": "eng"}  # as ISO 639-2/B and INSPIRE have them


@dataclass(frozen=True)
class Output:
    """A result with a record of its own."""

    name: str  # of the layer, table or file
    title: str
    abstract: str
    kind: str  # vector, grid or textTable
    extent: tuple | None  # west, south, east, north in the analysis CRS; None: unknown
    cell_m: float | None = None  # of a grid
    parent: str | None = WHOLE  # the result that it is a part of


def run_facts(config, sources, info):
    """Gather what the records of one run have in common.

    Parameters
    ----------
    config : dict
        The settings: area, title_nl, title_en, language, crs, reference_date, metadata.
    sources : DataFrame
        The table `sources`: source, kind, path, layer, rows, sha256.
    info : DataFrame
        The table `run_info`: key, value.

    Returns
    -------
    dict
        area, title, language, language_code, date, crs_code, crs_uri, contact,
        missing (what the settings leave blank), statement and inputs (sentences).

    Examples
    --------
    >>> import pandas as pd
    >>> words = {"organisation": "", "email": "", "website": "", "licence": "",
    ...          "licence_url": "", "keywords": []}
    >>> config = {"area": "demo", "title_en": "Demo", "language": "en",
    ...           "crs": "EPSG:31370", "reference_date": "2026-01-01",
    ...           "metadata": words}
    >>> rows = {"source": ["map"], "kind": ["habitat"], "path": ["map.gpkg"]}
    >>> sources = pd.DataFrame(rows | {"layer": None, "rows": [3], "sha256": ["ab12"]})
    >>> info = pd.DataFrame({"key": ["version_robuust"], "value": ["0.1"]})
    >>> facts = run_facts(config, sources, info)
    >>> facts["inputs"]
    ['map (habitat): map.gpkg, 3 rows, SHA-256 ab12']
    >>> facts["missing"]
    ['organisation', 'email', 'licence']
    """
    language, contact = config["language"], config["metadata"]
    crs = pyproj.CRS(config["crs"])
    authority, code = crs.to_authority() or (None, crs.to_string())
    made = dict(zip(info["key"], info["value"], strict=True))
    return {
        "area": config["area"],
        "title": config[f"title_{language}"],
        "language": language,
        "language_code": _LANGUAGES[language],
        "date": config["reference_date"],
        "crs_code": f"{authority}:{code}" if authority else code,
        "crs_uri": _crs_uri(authority, code),
        "contact": contact,
        "missing": [
            name for name in ("organisation", "email", "licence") if not contact[name]
        ],
        "statement": _statement(made, language),
        "inputs": [_input_words(row, language) for row in sources.itertuples()],
    }


def raster_output(name, area_title, extent, cell_m, language, *, kind=None):
    """Describe a raster.

    Parameters
    ----------
    name : str
        Of its file, without ending: a key of `RASTERS`, or that of a group.
    area_title : str
    extent : tuple of float
        West, south, east, north [m].
    cell_m : float
    language : str
        ``nl`` or ``en``.
    kind : str, optional
        The key of `RASTERS`, where there is one raster per group.

    Returns
    -------
    Output

    Examples
    --------
    >>> raster_output("frogs", "Demo", (0, 0, 9, 9), 3, "en", kind="current_flow").title
    'Current flow: frogs - Demo'
    """
    place = 0 if language == "nl" else 1
    title, abstract = (words[place] for words in RASTERS[kind or name])
    of_group = f": {name}" if kind else ""
    return Output(
        f"{kind}.{name}" if kind else name,
        f"{title}{of_group} - {area_title}",
        abstract,
        "grid",
        extent,
        cell_m,
    )


def layer_outputs(extents, run):
    """Describe the GeoPackage, and every layer and table in it.

    Parameters
    ----------
    extents : dict of str to (float, float, float, float) or None
        West, south, east, north of each [m]; None of an empty one or a table.
    run : dict
        As `run_facts` gives it.

    Returns
    -------
    list of Output
        The whole first. A table, and a layer without rows, has the extent of the whole.
    """
    language, area = run["language"], run["title"]
    known = [extent for extent in extents.values() if extent]
    west, south, east, north = zip(*known, strict=True) if known else [()] * 4
    whole = (min(west), min(south), max(east), max(north)) if known else None
    words = (
        "Robuuste gebieden en herstelprioriteiten per soortgroep: alle lagen."
        if language == "nl"
        else "Robust areas and restoration priorities per species group: all layers."
    )
    return [
        Output(WHOLE, area, words, "vector", whole, parent=None),
        *(
            Output(
                layer.name,
                f"{layer.title(language)} - {area}",
                layer.description(language),
                "vector" if layer.geometry_type else "textTable",
                extents.get(layer.name) or whole,
            )
            for layer in LAYERS
        ),
    ]


def records_of(outputs, run, iso_template, qgis_template):
    """Write the records of some results.

    Parameters
    ----------
    outputs : iterable of Output
    run : dict
        As `run_facts` gives it.
    iso_template, qgis_template : str
        Texts of ``workflow/templates/iso_record.xml.j2`` and ``qgis_record.xml.j2``.

    Yields
    ------
    Output, str, str
        The result, its ISO record and its QGIS record. Every value of the data is
        escaped.
    """
    to_degrees = pyproj.Transformer.from_crs(run["crs_code"], 4326, always_xy=True)
    for output in outputs:
        degrees = output.extent and to_degrees.transform_bounds(*output.extent)
        values = {"output": output, "run": run, "degrees": degrees}
        yield output, fill(iso_template, **values), fill(qgis_template, **values)


#: Makes the tables of the GeoPackage metadata extension (OGC 12-128r19, annex F.8).
METADATA_EXTENSION = """
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
  md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL,
  mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT,
  row_id_value INTEGER, timestamp DATETIME NOT NULL
  DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
INSERT INTO gpkg_extensions VALUES
  ('gpkg_metadata', NULL, 'gpkg_metadata',
   'http://www.geopackage.org/spec/#extension_metadata', 'read-write'),
  ('gpkg_metadata_reference', NULL, 'gpkg_metadata',
   'http://www.geopackage.org/spec/#extension_metadata', 'read-write');
"""


def metadata_rows(records, date):
    """Rows of the tables of `METADATA_EXTENSION`.

    Parameters
    ----------
    records : iterable of (Output, str, str)
        As `records_of` gives them, that of the whole GeoPackage first.
    date : str
        What stands for the time, such as "2026-01-01T00:00:00.000Z": the same input
        gives the same file.

    Returns
    -------
    metadata, references : list of tuple
        (id, scope, standard, type, text) and (scope, table, date, id, id of the record
        of the whole).
    """
    metadata, references = [], []
    for output, iso, qgis in records:
        whole = output.parent is None
        table = None if whole else output.name
        for uri, text in ((ISO_URI, iso), (QGIS_URI, qgis)):
            place = len(metadata) + 1
            metadata.append((place, "dataset", uri, "text/xml", text))
            scope, parent = ("geopackage", None) if whole else ("table", 1)
            references.append((scope, table, date, place, parent))
    return metadata, references


def _crs_uri(authority, code):
    """Write the address of a reference system, as INSPIRE asks; blank where none is."""
    if authority != "EPSG":
        return ""
    return f"http://www.opengis.net/def/crs/EPSG/0/{code}"


def _statement(made, language):
    """Say how a result was made, so that it can be made again."""
    version, code = made.get("version_robuust", "?"), made.get("library", "?")
    settings, tables = made.get("settings", "?"), made.get("parameter_tables", "?")
    if language == "nl":
        return (
            f"Berekend met Robuust {version} (vingerafdruk van de code {code}, van de "
            f"instellingen {settings}, van de parametertabellen {tables}). Dezelfde "
            "invoer geeft hetzelfde resultaat; de tabellen settings, sources en "
            "run_info in robuust.gpkg zeggen er alles van."
        )
    return (
        f"Computed with Robuust {version} (fingerprint of the code {code}, of the "
        f"settings {settings}, of the parameter tables {tables}). The same input gives "
        "the same result; the tables settings, sources and run_info in robuust.gpkg "
        "tell all of it."
    )


def _input_words(source, language):
    """Describe one input: what it is, where it lies, and its checksum."""
    layer = "" if source.layer is None or source.layer != source.layer else source.layer
    parts = [
        source.path,
        *([f"{'laag' if language == 'nl' else 'layer'} {layer}"] if layer else []),
        f"{source.rows} {'rijen' if language == 'nl' else 'rows'}",
        f"SHA-256 {source.sha256}",
    ]
    return f"{source.source} ({source.kind}): {', '.join(parts)}"
