"""Invented exports, one per preset: twenty believable rows with the dirt of real ones.

`write_sample` writes one and gives the entry for the settings. Every place lies in
`AREA`, a square of 20 km in the Kempen (of the Dutch presets in `DUTCH_AREA`), unless
a row says otherwise. `SPOILT` counts rows from which no record or polygon can come.
"""

import io
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
from shapely import box

CRS, DUTCH_CRS = "EPSG:31370", "EPSG:28992"
AREA = box(180_000, 220_000, 200_000, 240_000)
DUTCH_AREA = box(80_000, 450_000, 100_000, 470_000)
REFERENCE_DATE = "2026-01-01"
ROWS = 20
SPECIES = ["Hyla arborea", "Drosera rotundifolia", "Limosa limosa", "Phengaris alcon"]
AUTHORS = ["(Linnaeus, 1758)", "L.", "(Linnaeus, 1758)", "(Denis & Schiffermüller)"]
DUTCH = ["Boomkikker", "Ronde zonnedauw", "Grutto", "Gentiaanblauwtje"]
SPOILT = {
    "bwk": {"unknown_habitat_code": 1, "missing_habitat_code": 1},
    "habitattypenkaart_nl": {"unknown_habitat_code": 1, "missing_habitat_code": 1},
    "imna": {"unknown_habitat_code": 1, "missing_habitat_code": 1},
    "gbif": {"zero_coordinates": 1, "missing_coordinates": 1, "unknown_species": 1},
    "dwca": {"impossible_date": 2, "missing_coordinates": 2, "unknown_species": 1},
    "meetnetten": {"genus_only": 1},
    "ndff": {"unknown_species": 1},
    "waarnemingen": {
        **{"no_consent": 3, "embargo": 1},
        **{"not_approved": 1, "unknown_species": 1},
    },
}


def write_sample(preset, folder):
    """Write the export of a preset.

    Parameters
    ----------
    preset : str
        Key of `SPOILT`.
    folder : Path

    Returns
    -------
    dict
        Entry of ``sources`` in the settings: name, path, preset.
    """
    path = WRITERS[preset](folder)
    return {"name": f"sample_{preset}", "path": str(path), "preset": preset}


# --- Habitat maps


def squares(area, crs, **columns):
    """Twenty neighbouring squares of 100 m with these columns."""
    west, south, _, _ = area.bounds
    shapes = [
        box(west + 100 * k, south, west + 100 * k + 100, south + 100)
        for k in range(ROWS)
    ]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def slots(texts, blank=""):
    """Twenty cells, the texts first, then blanks."""
    return [*texts, *[blank] * (ROWS - len(texts))]


def write_bwk(folder):
    """Blanks are '' in old and ' ' in new rows; codes uncertain, combined, signed."""
    first = ["gh", "4010", "9120,9190", "3130_rbbmr", "rbbkam+", "rbbmr°", "zzz", " "]
    first += ["91E0_vm", "6510_hu", "4010,gh", "7140_meso"] + ["gh"] * 8
    codes = {"HAB1": first, "HAB2": slots([" ", "4030", "", "gh"], " ")}
    codes |= {f"HAB{k}": [" "] * ROWS for k in (3, 4, 5)}
    shares = {
        "PHAB1": [100, 60, 100, 80] + [100] * 16,
        "PHAB2": slots([0, 40, 0, 20], 0),
    }
    shares |= {f"PHAB{k}": [0] * ROWS for k in (3, 4, 5)}
    units = {"EENH1": slots(["hp", "ce", "qs", "ao", "hpr+", "mr-"], "hp")}
    units |= {"EENH2": slots(["kbs", "cg", "", "mr"]), "EENH3": slots(["khsa-"])}
    units |= {f"EENH{k}": [""] * ROWS for k in range(4, 9)}
    layer = squares(
        AREA,
        CRS,
        UIDN=range(ROWS),
        TAG=[f"{100 + k}_v2025" for k in range(ROWS)],
        EVAL=["m"] * ROWS,
        **units,
        BWKLABEL=["hp + kbs"] * ROWS,
        **codes,
        **shares,
        HERKHAB=["a"] * ROWS,
        HABLEGENDE=["gh"] * ROWS,
    )
    layer.to_file(folder / "BwkHab.gpkg", layer="BwkHab")
    return folder / "BwkHab.gpkg"


DUTCH_CODES = ["H4010A", "H0000", "H2190B", "ZGH4010A", "H9999", "", "H91E0C", "H2310"]
QUALITIES = ["G", "NVT", "M", "NB", "G", "", "goed", "matig"]


def write_habitattypenkaart(folder):
    """Mosaics of up to three types; X, NVT and NB say that quality is not stated."""
    layer = squares(
        DUTCH_AREA,
        DUTCH_CRS,
        ElmID=range(ROWS),
        Opm=[""] * ROWS,
        Habtype1=slots(DUTCH_CODES, "H0000"),
        Perc1=slots([60.0, 100, 70, 100, 100, 0, 100, 100], 100.0),
        Kwal1=slots(QUALITIES, "X"),
        Habtype2=slots(["H0000", "", "H7140B"]),
        Perc2=slots([40.0, 0, 30], 0.0),
        Kwal2=slots(["NVT", "", "M"]),
    )
    layer.to_file(folder / "habitattypen.shp", encoding="UTF-8")
    return folder / "habitattypen.shp"


def write_imna(folder):
    """As the national template has it, in a GeoPackage."""
    layer = squares(
        DUTCH_AREA,
        DUTCH_CRS,
        identificatie=[f"NL.HAB.{k}" for k in range(ROWS)],
        bron=["veldkartering 2022"] * ROWS,
        habitatType1=slots(DUTCH_CODES, "H0000"),
        kwaliteit1=slots(QUALITIES, "NVT"),
        bedekkingsOppervlakte1=[10_000] * ROWS,
        bedekkingsPercentage1=slots([60, 100, 70, 100, 100, 0, 100, 100], 100),
        habitatType2=slots(["H0000", None, "H7140B"], None),
        kwaliteit2=slots(["NVT", None, "M"], None),
        bedekkingsPercentage2=slots([40, None, 30], None),
    )
    layer.to_file(folder / "imna.gpkg", layer="Habitat")
    return folder / "imna.gpkg"


# --- Species records


def places(area, crs):
    """Twenty places along the diagonal of an area, in degrees and in its own system."""
    west, south, east, north = area.bounds
    x = np.linspace(west + 1000, east - 1000, ROWS).round(1)
    y = np.linspace(south + 1000, north - 1000, ROWS).round(1)
    to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    return x, y, longitude.round(5), latitude.round(5)


def days():
    """Twenty days of different years."""
    return [f"{2004 + k}-06-{k + 1:02}" for k in range(ROWS)]


def cycle(values):
    """Twenty values, taken in turn."""
    return [values[k % len(values)] for k in range(ROWS)]


def as_text(table, delimiter, encoding="utf-8"):
    """Bytes of a text table."""
    text = table.to_csv(index=False, sep=delimiter, lineterminator="\r\n")
    return text.encode(encoding)


def write_gbif(folder):
    """Tab-separated and zipped; a genus has no species; quotes are plain text."""
    _, _, longitude, latitude = places(AREA, CRS)
    longitude, latitude = longitude.astype(object), latitude.astype(object)
    names = [f"{n} {a}" for n, a in zip(cycle(SPECIES), cycle(AUTHORS), strict=True)]
    longitude[4], latitude[4] = 0, 0
    longitude[5], latitude[5] = "", ""
    names[6] = "Orchis phantastica L."
    status, count = ["PRESENT"] * ROWS, slots(["1", "3", "12"])
    status[7], count[7] = "ABSENT", "0"
    day = days()
    day[8], day[9] = "2012-06-01/2012-06-30", "2013"
    table = pd.DataFrame(
        {
            "gbifID": [str(4_000_000_000 + k) for k in range(ROWS)],
            "datasetKey": ["50c9509d-22c7-4a22-a47d-8c48425ef4a7"] * ROWS,
            "occurrenceID": [f"sample:{k}" for k in range(ROWS)],
            "species": cycle(SPECIES),
            "scientificName": names,
            "countryCode": ["BE"] * ROWS,
            "locality": slots(['"Zwart Water', "Turnhout; vennen"]),
            "occurrenceStatus": status,
            "individualCount": count,
            "decimalLatitude": latitude,
            "decimalLongitude": longitude,
            "coordinateUncertaintyInMeters": slots(["30.0", "707.0", "3536.0"]),
            "eventDate": day,
            "basisOfRecord": ["HUMAN_OBSERVATION"] * ROWS,
            "license": ["CC0_1_0"] * ROWS,
            "issue": slots(["COORDINATE_ROUNDED"]),
        }
    )
    lines = [table.columns, *table.to_numpy().astype(str)]
    text = "".join("\t".join(cells) + "\n" for cells in lines)
    with zipfile.ZipFile(folder / "0012345-250101.zip", "w") as archive:
        archive.writestr("0012345-250101.csv", text)
    return folder / "0012345-250101.zip"


def write_dwca(folder):
    """Ten events with two occurrences each; place and date stand in the event."""
    _, _, longitude, latitude = (values[::2] for values in places(AREA, CRS))
    day = days()[::2]
    day[3] = "2010-02-31"
    events = pd.DataFrame(
        {
            "eventID": [f"visit:{k}" for k in range(ROWS // 2)],
            "eventDate": day,
            "decimalLatitude": ["" if k == 4 else v for k, v in enumerate(latitude)],
            "decimalLongitude": longitude,
            "geodeticDatum": "WGS84",
            "coordinateUncertaintyInMeters": 30,
        }
    )
    names = cycle(SPECIES)
    names[0], names[2] = "Orchis phantastica", DUTCH[2]
    found = pd.DataFrame(
        {
            "id": np.repeat(events["eventID"].to_numpy(), 2),
            "occurrenceID": [f"sample:{k}" for k in range(ROWS)],
            "basisOfRecord": "HumanObservation",
            "scientificName": names,
            "scientificNameAuthorship": cycle(AUTHORS),
            "occurrenceStatus": slots(["present", "absent"], "present"),
        }
    )
    return _write_archive(folder / "dwca-sample-v1.0.zip", events, found)


def write_meetnetten(folder):
    """Centres of squares of 1, 5 and 10 km; counts of zero are absences."""
    _, _, longitude, latitude = places(AREA, CRS)
    size = cycle(["1", "1", "5", "10"])
    metres = {"1": "707", "5": "3536", "10": "7071"}
    events = pd.DataFrame(
        {
            "eventID": [f"INBO:MEETNET:EVENT:{100000 + k}" for k in range(ROWS)],
            "informationWithheld": "original locations available upon request",
            "dataGeneralizations": [
                f"coordinates are generalized from a POINT to a UTM {s}Km grid"
                for s in size
            ],
            "samplingProtocol": "amphibia larvae count",
            "eventDate": days(),
            "decimalLatitude": latitude,
            "decimalLongitude": longitude,
            "geodeticDatum": "WGS84",
            "coordinateUncertaintyInMeters": [metres[s] for s in size],
            "georeferenceRemarks": "coordinates are centroid of used grid square",
        }
    )
    events.loc[2, "coordinateUncertaintyInMeters"] = ""
    count = np.array(cycle([3, 0, 1]))
    names = cycle(SPECIES)
    names[3] = "Phengaris"
    found = pd.DataFrame(
        {
            "id": events["eventID"],
            "occurrenceID": [f"INBO:MEETNET:OCC:{200000 + k}" for k in range(ROWS)],
            "recordedBy": "https://meetnetten.be",
            "individualCount": count,
            "occurrenceStatus": np.where(count == 0, "absent", "present"),
            "scientificName": names,
            "vernacularName": cycle(DUTCH),
            "taxonRank": ["genus" if k == 3 else "species" for k in range(ROWS)],
        }
    )
    return _write_archive(folder / "dwca-meetnetten-v1.5.zip", events, found)


def _write_archive(path, events, found):
    """Write a Darwin Core archive of events with an extension of occurrences."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("event.txt", events.to_csv(index=False, sep="\t"))
        archive.writestr("occurrence.txt", found.to_csv(index=False, sep="\t"))
        archive.writestr("meta.xml", _meta(events.columns, found.columns[1:]))
        archive.writestr(
            "eml.xml", "<eml><dataset><title>Sample</title></dataset></eml>"
        )
    return path


_META_FILE = """  <{part} encoding="UTF-8" fieldsTerminatedBy="\\t"
    linesTerminatedBy="\\n" fieldsEnclosedBy='"' ignoreHeaderLines="1"
    rowType="http://rs.tdwg.org/dwc/terms/{kind}">
    <files><location>{file}</location></files>
    <{key} index="0"/>
{fields}
  </{part}>
"""


def _meta(of_events, of_occurrences):
    """Table of contents of an archive; the first column of both is the key."""
    text = io.StringIO()
    text.write('<archive xmlns="http://rs.tdwg.org/dwc/text/" metadata="eml.xml">\n')
    parts = [("core", "Event", "id", "event.txt", 0, of_events)]
    parts += [
        ("extension", "Occurrence", "coreid", "occurrence.txt", 1, of_occurrences)
    ]
    for part, kind, key, file, start, columns in parts:
        fields = "\n".join(
            f'    <field index="{k}" term="http://rs.tdwg.org/dwc/terms/{column}"/>'
            for k, column in enumerate(columns, start)
        )
        words = {"part": part, "kind": kind, "file": file, "key": key, "fields": fields}
        text.write(_META_FILE.format(**words))
    text.write("</archive>\n")
    return text.getvalue()


def write_ndff(folder):
    """Polygons from a point of a square metre to a square of a kilometre, in RD."""
    x, y, _, _ = places(DUTCH_AREA, DUTCH_CRS)
    side = np.array(cycle([1.0, 10.0, 100.0, 1000.0]))
    names = cycle(SPECIES)
    names[6] = "Orchis phantastica"
    day = [text.replace("-", "/") for text in days()]
    shapes = box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    layer = gpd.GeoDataFrame(
        {
            "obs_uri": [f"http://sample.invalid/obs/{k}" for k in range(ROWS)],
            "soort_ned": cycle(DUTCH),
            "soort_wet": names,
            "srtgroepen": cycle(["Amfibieën", "Vaatplanten", "Vogels", "Dagvlinders"]),
            "datm_start": day,
            "datm_stop": [*day[:5], "2009/06/30", *day[6:]],
            "protocol": ["12.205 Monitoring Beoordeling Natuurkwaliteit"] * ROWS,
            "dataeigenr": ["provincie"] * ROWS,
            "kwliteit": ["betrouwbaar"] * ROWS,
            "loc_type": cycle(["punt", "punt", "vlak", "hok"]),
            "vervaagd": cycle(["onvervaagd", "onvervaagd", "onvervaagd", "vervaagd"]),
            "area_m2": side**2,
            "centrumx": x.astype(int),
            "centrumy": y.astype(int),
            "orig_aant": slots(["1", "F", "12"], "1"),
            "telondrwrp": ["levend exemplaar"] * ROWS,
            "telmethode": ["exact aantal"] * ROWS,
        },
        geometry=shapes,
        crs=DUTCH_CRS,
    )
    layer.to_file(folder / "ndff_levering.gpkg", layer="levering")
    return folder / "ndff_levering.gpkg"


def write_waarnemingen(folder):
    """Semicolons, decimal commas, d/m/yyyy and Windows-1252, as spreadsheets save."""
    x, y, _, _ = places(AREA, CRS)
    names = cycle(SPECIES)
    names[6] = "Orchis phantastica"
    consent = cycle(["4", "2", "3"])
    consent[7], consent[8], consent[9] = "1", "0", ""
    status = cycle(["Goedgekeurd (op basis van bewijs)", "Onbehandeld"])
    status[12] = "Niet goedgekeurd"
    embargo = slots(["1/3/2020"])
    embargo[10] = "31/12/2027"
    table = pd.DataFrame(
        {
            "id": range(1, ROWS + 1),
            "naam_nl": cycle(DUTCH),
            "naam_lat": names,
            "soortgroep": cycle(["Amfibieën", "Planten", "Vogels", "Dagvlinders"]),
            "datum": [f"{k % 28 + 1}/{k % 12 + 1}/{2006 + k}" for k in range(ROWS)],
            "aantal": cycle([1, 5, 2]),
            "x_lambert": [f"{value:.1f}".replace(".", ",") for value in x],
            "y_lambert": [f"{value:.1f}".replace(".", ",") for value in y],
            "precisie": cycle(["5", "25", "100", ""]),
            "kmvervaagd": cycle([0, 0, 0, 1]),
            "status": status,
            "toestemming_wnr": consent,
            "embargo_datum": embargo,
            "opmerking": slots(["roepkoor; ±20 dieren", 'geen "soort"']),
        }
    )
    path = folder / "waarnemingen_export.csv"
    path.write_bytes(as_text(table, ";", "cp1252"))
    return path


WRITERS = {
    "bwk": write_bwk,
    "habitattypenkaart_nl": write_habitattypenkaart,
    "imna": write_imna,
    "gbif": write_gbif,
    "dwca": write_dwca,
    "meetnetten": write_meetnetten,
    "ndff": write_ndff,
    "waarnemingen": write_waarnemingen,
}
