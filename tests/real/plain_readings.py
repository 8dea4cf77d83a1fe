"""The real files of the region, and what other programs read in them."""

import csv
import gzip
import zipfile
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd

CRS = 31370
HA = 10_000
REACH_M = 100  # of the study area; what is farther away is left out
WETLANDS = "wetlands/watervogels_localities_ex_west_flanders.geojson"
MUNICIPALITIES = "admin/be-municip-lamberts.geo.json"
BWK = "bwk_excerpt_bourgoyen.geojson"
ALIEN = "records/alien_macroinvertebrates_dwc_occurrence.csv"
PONDS = "records/dwca-inboveg-fytocoenoses-of-turnhout-ponds-v1.3.zip"
NICHE = "records/dwca-inboveg-niche-vlaanderen-events-v0.8.zip"
VMM = "records/vmm_macroinvertebrates_flanders_ex_west.csv.gz"
# Tables that hold no places: they get one, so that each row becomes a record.
TABLES = {
    "barriers/wegdensiteit.csv": "NAAM",
    "habitat_points/mhq_terr_popunits.tsv": "type",
    "habitat_points/mhq_terr_refpoints.tsv": "point_code",
    "species_parameters/BWK_Laag_Namen_2025.csv": "",
    "species_parameters/Resultaten_Totaal_Samengevoegd.csv": "Soort",
    "species_parameters/Soorten_bwk_afstanden.xlsx": "Soort",
}


def plain_layer(path, crs=None):
    """All features in the analysis system, as geopandas alone reads them."""
    layer = gpd.read_file(path)
    lambert72 = layer.crs is not None and "Lambert 72" in layer.crs.name
    stated = crs or (CRS if lambert72 else None)  # two .prj files give no code
    layer = layer.set_crs(stated, allow_override=True) if stated else layer
    return layer.make_valid().to_crs(CRS)


def plain_rows(path):
    """All rows of a text table, by the csv module of Python."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        sample = file.readline()
        file.seek(0)
        delimiter = max(",;\t", key=sample.count)
        return pd.DataFrame(csv.DictReader(file, delimiter=delimiter), dtype="str")


def plain_archive(path):
    """Events and occurrences of an archive, cut at the tabs alone."""
    tables = []
    with zipfile.ZipFile(path) as archive:
        for name in ("event.txt", "occurrence.txt"):
            lines = archive.read(name).decode("utf-8").split("\n")
            rows = [line.split("\t") for line in lines if line]
            tables.append(pd.DataFrame(rows[1:], columns=rows[0], dtype="str"))
    return tables


def plain_sheet_rows(path):
    """Rows with cells below the names in the first sheet of a spreadsheet."""
    with zipfile.ZipFile(path) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    cells = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    rows = sheet.iter(f"{cells}row")
    return sum(any(c.find(f"{cells}v") is not None for c in row) for row in rows) - 1


def in_degrees(rows):
    """Longitude and latitude as shapes in the analysis system."""
    lon, lat = rows["decimalLongitude"], rows["decimalLatitude"]
    return gpd.GeoSeries(
        gpd.points_from_xy(lon.astype(float), lat.astype(float)), crs=4326
    ).to_crs(CRS)
