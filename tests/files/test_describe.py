"""`make describe`: the real command on real files, and its lines at work."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import samples
import shapely
import yaml

from ingest_habitat import ingest_habitat
from ingest_records import ingest_records
from robuust.presets import complete_source
from robuust.settings import validate_settings
from robuust_files.beginnings import read_beginning

HOME = Path(__file__).parents[2]
COMMAND = HOME / "scripts" / "describe_file.py"
SCHEMA = yaml.safe_load(
    (HOME / "workflow" / "schemas" / "config.schema.yaml").read_text(encoding="utf-8")
)
SETTINGS = yaml.safe_load((HOME / "config" / "config.yaml").read_text("utf-8"))
PRESETS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (HOME / "config" / "presets").glob("*.yaml")
}
DUTCH = ("habitattypenkaart_nl", "imna", "ndff")


def run(*arguments, folder=None):
    return subprocess.run(
        [sys.executable, COMMAND, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def described(*arguments, folder=None):
    """What the command prints about a file that it can read."""
    done = run(*arguments, folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    too_wide = [line for line in done.stdout.splitlines() if len(line) > 80]
    assert all("path" in line or "/" in line or "#" in line for line in too_wide)
    return done.stdout


def lines_of(text):
    """The printed settings as YAML, after the schema has judged them."""
    settings = yaml.safe_load(text[text.index("\nsources:\n") :])
    (entries,) = settings["sources"].values()
    assert len(entries) == 1
    one_map = [{"name": "map", "path": "map.gpkg", "preset": "bwk"}]
    sources = SETTINGS["sources"] | {"habitat": one_map} | settings["sources"]
    assert validate_settings(SETTINGS | {"sources": sources}, SCHEMA) == []
    ((kind, (entry,)),) = settings["sources"].items()
    return kind, entry


def second_choice(text):
    """The settings in the comment below the others."""
    rows = re.findall(r"^# (  .*)$", text, flags=re.MULTILINE)
    return yaml.safe_load("sources:\n" + "\n".join(rows))


# --- Samples: the lines work as they are


@pytest.fixture
def paths(tmp_path):
    """Tables of the project, and where results go."""
    names = "habitat habitat_parts quarantined summary sources records study_area"
    names += " coverage_faults"
    files = {name: tmp_path / f"{name}.parquet" for name in names.split()}
    tables = ("habitat_types", "suitability", "species")
    return files | {name: HOME / "config" / f"{name}.csv" for name in tables}


def ingested(kind, entry, paths, *, dutch):
    """Rows in, kept and quarantined when the ingest script reads an entry."""
    crs = samples.DUTCH_CRS if dutch else samples.CRS
    source = complete_source(entry, PRESETS)
    if kind == "habitat":
        ingest_habitat(
            paths | {"given_area": None},
            sources=[source],
            crs=crs,
            **{
                key: SETTINGS["habitat"][key] for key in ("min_polygon_m2", "max_gap_m")
            },
            unknown_codes="quarantine",
            max_distance_m=0,
        )
    else:
        area = samples.DUTCH_AREA if dutch else samples.AREA
        gpd.GeoDataFrame(geometry=[area], crs=crs).to_parquet(paths["study_area"])
        ingest_records(
            paths,
            sources=[source],
            crs=crs,
            max_distance_m=0,
            reference_date=samples.REFERENCE_DATE,
            sensitive={},
        )
    summary = pd.read_parquet(paths["summary"])
    return summary[summary["reason"] == "balance"].iloc[0]


@pytest.mark.parametrize("preset", samples.WRITERS)
def test_the_lines_for_the_sample_of_a_preset_read_it_as_they_are(
    preset, paths, tmp_path
):
    path = samples.write_sample(preset, tmp_path)["path"]
    text = described(path)
    kind, entry = lines_of(text)
    assert kind == PRESETS[preset]["kind"]
    assert (entry["path"], entry["preset"]) == (path, preset)
    assert "crs" not in entry, "the file and its preset say it"
    assert f"Preset {preset}: it has columns" in text
    spoilt = sum(samples.SPOILT[preset].values())
    balance = ingested(kind, entry, paths, dutch=preset in DUTCH)
    assert balance["rows_in"] == samples.ROWS
    assert balance["rows_quarantined"] == spoilt


def test_of_several_presets_the_special_one_comes_first_and_all_are_told(tmp_path):
    text = described(samples.write_sample("gbif", tmp_path)["path"])
    assert lines_of(text)[1]["preset"] == "gbif"
    assert "Preset dwca fits too" in text
    assert "1 x  Orchis phantastica" in text


def own_table(tmp_path, name="tellingen.csv", **changed):
    """A table that no preset knows, with Dutch names and Lambert 72."""
    x, y, lon, lat = samples.places(samples.AREA, samples.CRS)
    columns = {
        "nr": range(1, samples.ROWS + 1),
        "soort": ["boomkikker", *samples.cycle(samples.DUTCH)[1:]],
        "dag": [f"{k + 1}/{k % 12 + 1}/2020" for k in range(samples.ROWS)],
        "hok_x": x.round(1),
        "hok_y": y.round(1),
        "aantal": samples.cycle([3, 0]),
        "waarnemer": samples.cycle(["Ann", "Bé"]),
    }
    table = pd.DataFrame(columns | changed.get("columns", {}))
    if changed.get("degrees"):
        table["hok_x"], table["hok_y"] = (
            (lat, lon)
            if changed.get("swap")
            else (
                lon,
                lat,
            )
        )
    table = table.rename(columns=changed.get("rename", {}))
    path = tmp_path / name
    path.write_bytes(samples.as_text(table, ";", "cp1252"))
    return path


def test_columns_of_a_table_without_preset_are_guessed_and_work(paths, tmp_path):
    path = own_table(tmp_path)
    text = described(path)
    kind, entry = lines_of(text)
    names = {"species": "soort", "date": "dag", "x": "hok_x", "y": "hok_y"}
    assert (kind, entry["columns"]) == ("records", names | {"count": "aantal"})
    assert entry["crs"] == "EPSG:31370"
    assert "Windows-1252, cells cut by semicolons" in text
    assert "20 of 20 rows in or near Flanders" in text
    assert "5 of 5 names of species are known" in text
    balance = ingested(kind, entry, paths, dutch=False)
    assert (balance["rows_in"], balance["rows_quarantined"]) == (20, 0)


def test_swapped_degrees_are_found_and_the_lines_put_them_right(paths, tmp_path):
    path = own_table(tmp_path, degrees=True, swap=True)
    kind, entry = lines_of(described(path))
    assert (entry["crs"], entry["swap_coordinates"]) == ("EPSG:4326", True)
    balance = ingested(kind, entry, paths, dutch=False)
    assert (balance["rows_in"], balance["rows_quarantined"]) == (20, 0)


def test_an_export_in_degrees_under_a_preset_in_metres_gets_what_it_lacks(
    paths, tmp_path
):
    lon, lat = samples.places(samples.AREA, samples.CRS)[2:]
    table = pd.read_csv(
        samples.write_waarnemingen(tmp_path), sep=";", encoding="cp1252", dtype="str"
    ).drop(columns=["x_lambert", "y_lambert"])
    path = tmp_path / "graden.csv"
    path.write_bytes(samples.as_text(table.assign(lat=lat, lon=lon), ";"))
    kind, entry = lines_of(described(path))
    assert entry["preset"] == "waarnemingen"
    assert entry["columns"] == {"x": "lon", "y": "lat"}
    assert entry["crs"] == "EPSG:4326"
    balance = ingested(kind, entry, paths, dutch=False)
    spoilt = sum(samples.SPOILT["waarnemingen"].values())
    assert (balance["rows_in"], balance["rows_quarantined"]) == (20, spoilt)


def test_american_dates_are_noticed(paths, tmp_path):
    days = [f"{k % 12 + 1}/{k + 10}/2020" for k in range(samples.ROWS)]
    path = own_table(tmp_path, columns={"dag": days})
    kind, entry = lines_of(described(path))
    assert entry["date_order"] == "month_first"
    balance = ingested(kind, entry, paths, dutch=False)
    assert (balance["rows_in"], balance["rows_quarantined"]) == (20, 0)


def test_a_near_miss_is_proposed_and_the_unknown_are_sorted(tmp_path):
    names = ["Hyla arborrea"] * 3 + ["Nemo nescit"] * 5 + ["boomkikker"] * 12
    text = described(own_table(tmp_path, columns={"soort": names}))
    assert "1 of 3 names of species are known" in text
    assert re.search(r"5 x  Nemo nescit\n +3 x  Hyla arborrea +perhaps Hyla arb", text)


def test_a_column_of_codes_makes_a_habitat_map(paths, tmp_path):
    codes = ["4010", "3130_aom", "rbbmr", "4031"] * 5
    layer = samples.squares(samples.AREA, samples.CRS, NR=range(20), TYPE=codes)
    layer.to_file(tmp_path / "kaart.shp")
    text = described(tmp_path / "kaart.shp")
    kind, entry = lines_of(text)
    assert (kind, entry["code_column"]) == ("habitat", "TYPE")
    assert re.search(r"5 x  4031 +perhaps 4030", text)
    balance = ingested(kind, entry, paths, dutch=False)
    assert (balance["rows_in"], balance["rows_quarantined"]) == (20, 5)


def test_names_that_yaml_or_a_terminal_could_misread_stay_what_they_are(tmp_path):
    columns = {"hok_x": "no: x", "hok_y": "no: y", "dag": "\x1b[2Jdag", "soort": "1"}
    path = own_table(tmp_path, "1 #: 'a' \"b\".csv", rename=columns)
    text = described(path)
    assert "\x1b" not in text
    _, entry = lines_of(text)
    assert entry["path"] == str(path)
    names = {"species": "1", "date": "\x1b[2Jdag", "x": "no: x", "y": "no: y"}
    assert entry["columns"].items() >= names.items()


def test_the_example_in_the_documents_is_what_is_printed(tmp_path):
    page = (HOME / "docs" / "sources.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"^```csv\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (told,) = re.findall(r"^```text\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "tellingen.csv").write_text(table, encoding="utf-8")
    assert described("tellingen.csv", folder=tmp_path) == told


# --- From any folder, and what cannot be described


def test_the_command_runs_from_any_folder_and_by_make(tmp_path):
    samples.write_sample("bwk", tmp_path)
    text = described("BwkHab.gpkg", folder=tmp_path)
    assert lines_of(text)[1]["path"] == "BwkHab.gpkg"
    if shutil.which("make") and (HOME / ".venv" / "run.done").exists():
        odd = tmp_path / 'it\'s "my" map.gpkg'
        odd.write_bytes((tmp_path / "BwkHab.gpkg").read_bytes())
        done = subprocess.run(
            ["make", "--silent", "describe", f"FILE={odd}"],
            cwd=HOME,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert lines_of(done.stdout)[1]["path"] == str(odd)


@pytest.mark.parametrize("arguments", [(), ("",), ("a", "b", "c")])
def test_without_a_file_the_usage_is_told(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert "make describe FILE=" in done.stderr


def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path):
    (tmp_path / "empty.csv").touch()
    (tmp_path / "cut.zip").write_bytes(b"PK\3\4 and no more")
    (tmp_path / "map.gpkg").write_bytes(b"SQLite format 3\0" + b"GPKG" * 50)
    found = {
        name: run(tmp_path / name)
        for name in ("nothing.csv", "empty.csv", "cut.zip", "map.gpkg")
    }
    for done in found.values():
        assert (done.returncode, done.stdout) == (1, "")
        assert "Traceback" not in done.stderr
    assert "there is no file" in found["nothing.csv"].stderr
    assert "empty (0 bytes)" in found["empty.csv"].stderr
    assert "cut off" in found["cut.zip"].stderr


def test_a_password_in_the_address_of_a_database_is_not_printed():
    done = run("postgresql://ann:secret@localhost/db")
    assert done.returncode == 1
    assert "PGPASSWORD" in done.stderr
    assert "secret" not in done.stdout + done.stderr


def test_of_several_layers_the_largest_is_described_or_the_one_that_is_named(tmp_path):
    path = tmp_path / "maps.gpkg"
    for name, n in (("few", 3), ("many", 9)):
        layer = samples.squares(samples.AREA, samples.CRS, TYPE=["4010"] * 20)
        layer.head(n).to_file(path, layer=name)
    assert lines_of(described(path))[1]["layer"] == "many"
    text = described(path, "few")
    assert re.search(r"many +Polygon +9 features\n", text)
    assert lines_of(text)[1]["layer"] == "few"
    assert "there is no such layer" in run(path, "none").stderr


def test_a_sheet_is_named_where_a_spreadsheet_has_several(tmp_path):
    book = openpyxl.Workbook()
    for name in ("telling 2020", "telling 2021"):
        book.create_sheet(name).append(["soort", "x", "y", "datum"])
        book[name].append(["Boomkikker", 190_000, 230_000, "4/5/2020"])
    book.save(tmp_path / "t.xlsx")
    assert "telling 2020, telling 2021" in run(tmp_path / "t.xlsx").stderr
    _, entry = lines_of(described(tmp_path / "t.xlsx", "telling 2021"))
    assert entry["layer"] == "telling 2021"


# --- Large files are not read whole


def test_of_a_large_table_the_first_rows_are_read(tmp_path):
    rows = 400_000
    line = "Hyla arborea;2020-05-04;190000.5;230000.5;note on this very record\n"
    path = tmp_path / "large.csv"
    path.write_text("soort;datum;x;y;opmerking\n" + line * rows, encoding="utf-8")
    start = read_beginning(path)
    assert (start.table.num_rows, start.whole, start.exact) == (10_000, False, False)
    assert start.rows == pytest.approx(rows, rel=0.05)
    text = described(path)
    assert "looked at the first 10,000" in text
    with zipfile.ZipFile(tmp_path / "large.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(path, "large.csv")
    assert read_beginning(tmp_path / "large.zip").rows == start.rows


def test_a_table_is_not_cut_inside_a_cell_or_a_sign(tmp_path):
    cell = '"two\nlines; é"'
    row = f"Hyla arborea;2020-05-04;190000.5;230000.5;{cell}\n"
    text = "soort;datum;x;y;opmerking\n" + row * 400_000
    for encoding in ("utf-8", "utf-16", "cp1252"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        table = read_beginning(path, max_rows=10**6).table
        assert table.column_names == ["soort", "datum", "x", "y", "opmerking"]
        assert set(table["opmerking"].to_pylist()) == {"two\nlines; é"}


@pytest.mark.parametrize("name", ["m.gpkg", "m.shp", "m.fgb", "m.parquet", "m.gdb"])
def test_of_a_large_map_the_first_features_are_read_and_all_are_counted(name, tmp_path):
    n = 500
    x = 190_000 + 10.0 * np.arange(n)
    layer = gpd.GeoDataFrame(
        {"TYPE": ["4010"] * n},
        geometry=shapely.box(x, 230_000, x + 10, 230_010),
        crs=samples.CRS,
    )
    path = tmp_path / name
    if name.endswith("parquet"):
        layer.to_parquet(path)
    else:
        drivers = {".gdb": "OpenFileGDB", ".fgb": "FlatGeobuf"}
        layer.to_file(path, driver=drivers.get(path.suffix))
    start = read_beginning(path, max_rows=100)
    assert (start.table.num_rows, start.whole, start.rows) == (100, False, n)
    assert (start.geometry, start.crs.to_epsg()) == ("polygons", 31370)


def test_of_a_large_archive_the_first_rows_of_each_table_are_read(tmp_path):
    path = samples.write_sample("dwca", tmp_path)["path"]
    start = read_beginning(path, max_rows=5)
    assert (start.table.num_rows, start.whole) == (5, False)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    assert read_beginning(folder, max_rows=5).table == start.table


# --- Real files

REAL = {
    "bwk_excerpt_bourgoyen.geojson": ("habitat", {"preset": "bwk"}),
    "wetlands/watervogels_localities_ex_west_flanders.geojson": (
        "habitat",
        {"code": "FILL_IN"},
    ),
    "habitat_patches_02.gpkg": (
        "habitat",
        {"layer": "drijvendewaterweegbree", "code": "FILL_IN"},
    ),
    "admin/be-municip-lamberts.geo.json": (
        "report_units",
        {"level": "municipality", "name_column": "NIS5", "crs": "EPSG:31370"},
    ),
    "admin/provinces_epsg3812.gpkg": (
        "report_units",
        {"level": "province", "name_column": "NAAM"},
    ),
    "study_area/Turnhouts_Vennegebied.shp": ("study_area", {}),
    "barriers/wildrasters.shp": ("barriers", {"barrier": "fill_in"}),
    "water_surfaces_2024_10m.tif": ("habitat", {"code": "FILL_IN"}),
    "habitat_rasters/03_ARPL/Habitat_ARPL_heikikker.tif": (
        "habitat",
        {"code": "FILL_IN"},
    ),
    "records/alien_macroinvertebrates_dwc_occurrence.csv": (
        "records",
        {"preset": "dwca"},
    ),
    "records/dwca-inboveg-fytocoenoses-of-turnhout-ponds-v1.3.zip": (
        "records",
        {"preset": "dwca"},
    ),
    "records/dwca-inboveg-niche-vlaanderen-events-v0.8.zip": (
        "records",
        {"preset": "dwca"},
    ),
    "records/vmm_macroinvertebrates_flanders_ex_west.csv.gz": (
        "records",
        {
            "columns": {
                "species": "macroinvertebraat",
                "x": "lambert72_x",
                "y": "lambert72_y",
                "date": "monsternamedatum",
                "count": "aantal",
            },
            "crs": "EPSG:31370",
        },
    ),
}


@pytest.mark.real
@pytest.mark.parametrize("name", REAL)
def test_a_real_file_gets_the_lines_that_it_needs(name, shared_data):
    path = shared_data / "data" / "flanders_kempen" / name
    text = described(path)
    kind, keys = REAL[name]
    found, entry = lines_of(text)
    assert found == kind
    del entry["name"]
    assert entry == {"path": str(path)} | keys
    assert ("FILL_IN." in text) == ("FILL_IN" in str(keys).upper())
    if "Or, if" in text:
        ((other, (choice,)),) = second_choice(text)["sources"].items()
        assert {other, kind} == {"habitat", "study_area"}
        assert choice["path"] == str(path)


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("species_parameters/Soorten_bwk_afstanden.xlsx", "looks like coordinates"),
        ("habitat_points/mhq_terr_popunits.tsv", "names of species or coordinates"),
        ("barriers/wegdensiteit.csv", "names of species or coordinates"),
        ("barriers/oversteekplaatsen.shp", "looks like names of species"),
    ],
)
def test_a_real_file_that_is_no_source_gets_no_lines(name, words, shared_data):
    text = described(shared_data / "data" / "flanders_kempen" / name)
    assert words in text
    assert "sources:" not in text


@pytest.mark.real
def test_what_real_files_hold_is_counted(shared_data):
    folder = shared_data / "data" / "flanders_kempen"
    text = described(folder / "habitat_patches_02.gpkg")
    assert "Its 7 layers" in text
    assert re.search(r"gentiaanblauwtje +Polygon +34 features", text)
    name = "records/dwca-inboveg-fytocoenoses-of-turnhout-ponds-v1.3.zip"
    text = described(folder / name)
    assert "rows  1,553\n" in text
    assert "of 1,553 places 1,553 in or near Flanders" in text
    text = described(folder / "records/vmm_macroinvertebrates_flanders_ex_west.csv.gz")
    assert "rows  more than 10,000; looked at the first 10,000" in text
