"""Hostile files, met as a user meets them: a clear refusal, or rows set apart.

Every file goes through the real command. Whatever is in it, the run ends by itself, in
bounded memory, with words about the file, and nothing outside its folder is touched.
"""

import copy
import gzip
import http.server
import itertools
import json
import math
import random
import re
import sqlite3
import stat
import sys
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

CRS = "EPSG:31370"
SPECIES = "Genista pilosa"
ROWS = f"species,date,x,y\n{SPECIES},2024-06-01,100100,200100\n"
ONLY_READ = ("--until", "ingest_records")
MAX_MEMORY_KIB = 2 * 2**20  # the largest process of a run; a good run takes a third
SETTINGS = {
    "area": "tiny",
    "groups": ["plants_dry_heath"],
    "sources": {
        "habitat": [
            {"name": "heath_map", "path": "habitat.gpkg", "code_column": "code"}
        ],
        "records": [{"name": "sightings", "path": "records.csv", "crs": CRS}],
    },
}
META = """<!DOCTYPE archive [<!ENTITY a "{content}"> {entities}]>
<archive xmlns="http://rs.tdwg.org/dwc/text/">
<core rowType="http://rs.tdwg.org/dwc/terms/Occurrence">
<files><location>{location}</location></files><id index="0"/></core></archive>"""


@dataclass(frozen=True)
class HostileRun:
    """What a run on a hostile file left behind."""

    code: int
    screen: str
    memory_kib: int  # of its largest process
    folder: Path


# --- A map and a table, good as they are


def square(k=0):
    west = 100_000 + 500 * k
    return shapely.box(west, 200_000, west + 300, 200_300)


def habitat(shapes):
    codes = {"id": range(len(shapes)), "code": ["4030"] * len(shapes)}
    return gpd.GeoDataFrame(codes, geometry=shapes, crs=CRS)


def good_files(folder):
    """Write good input; the settings that go with it."""
    habitat([square(k) for k in range(3)]).to_file(folder / "habitat.gpkg")
    (folder / "records.csv").write_text(ROWS)
    return copy.deepcopy(SETTINGS)


def geojson(properties, **members):
    feature = {"type": "Feature", "properties": properties}
    feature["geometry"] = json.loads(shapely.to_geojson(square()))
    return json.dumps({"type": "FeatureCollection", **members, "features": [feature]})


def name_file(settings, kind, path):
    settings["sources"][kind][0]["path"] = path


# --- Each hostile file, and the words that must be on the screen


def zip_that_fills_the_disk(folder, settings):
    with (
        zipfile.ZipFile(folder / "r.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("records.csv", "w") as file,
    ):
        for _ in range(300):
            file.write(b" " * 2**20)
    name_file(settings, "records", "r.zip")


def gzip_that_fills_the_disk(folder, settings):
    with gzip.open(folder / "r.csv.gz", "wb") as file:
        file.write(ROWS.encode())
        for _ in range(300):
            file.write(b"\n" * 2**20)
    name_file(settings, "records", "r.csv.gz")


def zip_that_leads_out_of_its_folder(folder, settings):
    with zipfile.ZipFile(folder / "r.zip", "w") as archive:
        archive.writestr("../records.csv", ROWS)
    name_file(settings, "records", "r.zip")


def zip_with_a_link(folder, settings):
    link = zipfile.ZipInfo("records.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "r.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    name_file(settings, "records", "r.zip")


def write_archive(folder, settings, **meta):
    with zipfile.ZipFile(folder / "r.zip", "w") as archive:
        archive.writestr("meta.xml", META.format(**meta))
        archive.writestr("occurrence.txt", ROWS)
    settings["sources"]["records"] = [
        {"name": "sightings", "path": "r.zip", "preset": "dwca"}
    ]


def entities_that_fill_the_memory(folder, settings):
    names = "abcdefghij"
    entities = "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in itertools.pairwise(names)
    )
    meta = {"content": "lol" * 10, "entities": entities, "location": "&j;"}
    write_archive(folder, settings, **meta)


def entity_that_reads_another_file(folder, settings):
    secret = '<!ENTITY b SYSTEM "file:///etc/passwd">'
    meta = {"content": "", "entities": secret, "location": "&b;"}
    write_archive(folder, settings, **meta)


def table_of_100_000_columns(folder, settings):
    names = ",".join(f"c{k}" for k in range(100_000))
    (folder / "records.csv").write_text(f"species,date,x,y,{names}\n")


def map_of_100_000_columns(folder, settings):
    text = geojson({f"c{k}": k for k in range(100_000)})
    (folder / "habitat.gpkg").write_text(text)


def field_of_a_hundred_megabytes(folder, settings):
    with (folder / "records.csv").open("w") as file:
        file.write("species,date,x,y\n")
        file.write("a" * 10**8)


def quote_that_is_never_closed(folder, settings):
    row = f"{SPECIES},2024-06-01,100100,200100\n"
    text = "species,date,x,y\n" + f'"{row}' + row * 300_000
    (folder / "records.csv").write_text(text)


def utf_8_with_damage(folder, settings):
    text = "species,date,x,y,place\n" + f"{SPECIES},2024,100100,200100,Zoë\n" * 9
    damaged = text.encode() + f"{SPECIES},2024,100100,200100,".encode() + b"\xff\n"
    (folder / "records.csv").write_bytes(damaged)


def noise(folder, settings):
    (folder / "habitat.gpkg").write_bytes(random.Random(1).randbytes(10_000))


def view_that_computes_the_map(folder, settings):
    with sqlite3.connect(folder / "habitat.gpkg") as package:
        package.execute("ALTER TABLE habitat RENAME TO hidden")
        package.execute("CREATE VIEW habitat AS SELECT * FROM hidden")
    package.close()


def shapefile_that_is_cut_off(folder, settings):
    habitat([square(k) for k in range(3)]).to_file(folder / "habitat.shp")
    whole = (folder / "habitat.dbf").read_bytes()
    (folder / "habitat.dbf").write_bytes(whole[:-80])
    name_file(settings, "habitat", "habitat.shp")


def download_that_stopped(folder, settings):
    rng = random.Random(1)
    rows = (f"{SPECIES},2024,{rng.random()},{rng.random()}" for _ in range(9_999))
    packed = gzip.compress(("species,date,x,y\n" + "\n".join(rows)).encode())
    (folder / "records.csv").write_bytes(packed[: len(packed) // 2])


REFUSED = {
    zip_that_fills_the_disk: ["r.zip", "times as large as packed", "fill the disk"],
    gzip_that_fills_the_disk: ["r.csv.gz", "times as large as packed", "unpack it"],
    zip_that_leads_out_of_its_folder: ["'../records.csv'", "leads out of its folder"],
    zip_with_a_link: ["r.zip", "'records.csv', which is a link", "pack the file"],
    entities_that_fill_the_memory: ["meta.xml defines entities", "do not use"],
    entity_that_reads_another_file: ["meta.xml defines entities", "do not use"],
    table_of_100_000_columns: ["100004 columns", "at most 2000", "one row per record"],
    map_of_100_000_columns: ["columns, more than the 2000", "keep only the columns"],
    field_of_a_hundred_megabytes: ["a row is longer than 8 MiB", "never closed"],
    quote_that_is_never_closed: ["none of the 300001 rows", "never closed"],
    utf_8_with_damage: ["is UTF-8, but 1 signs", "line 11", "`encoding`"],
    noise: ["none of the forms that are read", "GeoPackage"],
    view_that_computes_the_map: ["habitat is a view", "to a new GeoPackage"],
    shapefile_that_is_cut_off: ["habitat.dbf is cut off", "fetch it again"],
    download_that_stopped: ["records.csv", "damaged or cut off", "fetch it again"],
}


# --- The real command, with a look at its memory


# Between the tests and the command, because a process begins with the peak of the one
# that starts it, and this one has run all other tests.
MEASURING = """
import resource, subprocess, sys
from pathlib import Path
code = subprocess.run(sys.argv[2:]).returncode
peak_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
Path(sys.argv[1]).write_text(str(peak_kib))
sys.exit(code)
"""


@pytest.fixture(scope="module")
def run_reading(start_pipeline):
    """Function (folder, settings) that runs the two rules that read most files."""

    def run(folder, settings):
        peak = folder.parent / "peak_kib"
        through = [sys.executable, "-c", MEASURING, peak]
        process = start_pipeline(folder, settings, *ONLY_READ, cores=1, through=through)
        screen, _ = process.communicate()
        return HostileRun(process.returncode, screen, int(peak.read_text()), folder)

    return run


@pytest.fixture(scope="module")
def refused(run_reading, tmp_path_factory):
    """The run on every hostile file; two at a time, because each is small."""

    def hostile_run(make):
        folder = tmp_path_factory.mktemp("a") / "inside"
        folder.mkdir()
        settings = good_files(folder)
        make(folder, settings)
        return run_reading(folder, settings)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(REFUSED, pool.map(hostile_run, REFUSED), strict=True))


@pytest.mark.parametrize("make", REFUSED, ids=lambda f: f.__name__)
def test_a_hostile_file_is_refused_in_words_and_little_memory(make, refused):
    run = refused[make]
    screen = " ".join(run.screen.split())
    assert run.code == 1
    assert [word for word in REFUSED[make] if word not in screen] == [], run.screen
    assert re.search(r"source '(heath_map|sightings)' \(\S+\): ", screen)
    assert "Traceback" not in screen
    assert "Warning:" not in screen
    assert run.memory_kib < MAX_MEMORY_KIB
    assert not (run.folder.parent / "records.csv").exists()
    assert "root:" not in screen  # of /etc/passwd


# --- Rows that are set apart, and files that only look dangerous


FORMULA = '=HYPERLINK("http://127.0.0.1","open me")'


def strange_numbers(folder):
    """A table with a good row and one row per number that is none."""
    cells = ["NaN", "inf", "-inf", "1e400", "1_000", "0x10", "100 100", "∞"]
    rows = [f"{SPECIES},2024-06-01,{cell},200100\n" for cell in cells]
    (folder / "numbers.csv").write_text(ROWS + "".join(rows), encoding="utf-8")


def formulas(folder):
    """A table as a spreadsheet would run it."""
    table = pd.DataFrame({"species": [SPECIES, FORMULA, "@SUM(1+1)*cmd|' /C calc'!A0"]})
    table = table.assign(date="2024-06-03", x=[100_100, 100_600, "=1+1"], y=200_100)
    table.to_csv(folder / "formulas.csv", index=False)


def windows_1252(folder):
    text = f"species;date;x;y;place\n{SPECIES};2024-06-02;100100;200100;Zoë – ’t Köln\n"
    (folder / "windows.csv").write_bytes(text.encode("cp1252"))


def strange_shapes(folder):
    """A map with a polygon of a million vertices, and one with two that are nowhere."""
    turn = np.linspace(0, 2 * np.pi, 10**6, endpoint=False)
    reach = 150 + 50 * np.sin(turn * 5_000)
    east, north = 100_150 + reach * np.cos(turn), 200_150 + reach * np.sin(turn)
    million = shapely.Polygon(np.column_stack([east, north]))
    habitat([million, square(2), square(4)]).to_file(folder / "habitat.gpkg")
    shapes = [square(6), square(8), square(10)]
    shapes = [json.loads(shapely.to_geojson(shape)) for shape in shapes]
    for number in (math.nan, math.inf):
        ring = [[1e5, 2e5], [number, 2e5], [1e5, 3e5], [1e5, 2e5]]
        shapes.append({"type": "Polygon", "coordinates": [ring]})
    features = [
        {"type": "Feature", "properties": {"code": "4030"}, "geometry": shape}
        for shape in shapes
    ]
    layer = {"type": "FeatureCollection", "features": features}
    (folder / "nowhere.geojson").write_text(json.dumps(layer))


def triggers(folder):
    """Give the map a trigger on every change, which must not fire."""
    package = sqlite3.connect(folder / "habitat.gpkg")
    for event in ("INSERT", "UPDATE", "DELETE"):
        package.execute(
            f"CREATE TRIGGER t_{event} AFTER {event} ON gpkg_contents"
            " BEGIN DELETE FROM habitat; END"
        )
    package.commit()
    package.close()


@pytest.fixture(scope="module")
def survived(run_reading, tmp_path_factory):
    folder = tmp_path_factory.mktemp("survived")
    settings = good_files(folder)
    for make in (strange_numbers, formulas, windows_1252, strange_shapes, triggers):
        make(folder)
    settings["sources"]["records"] = [
        {"name": name, "path": f"{name}.csv", "crs": CRS}
        for name in ("numbers", "formulas", "windows")
    ]
    nowhere = {"name": "nowhere", "path": "nowhere.geojson", "crs": CRS}
    settings["sources"]["habitat"].append(nowhere | {"code_column": "code"})
    before = (folder / "habitat.gpkg").read_bytes()
    run = run_reading(folder, settings)
    assert run.code == 0, run.screen[-3000:]
    assert (folder / "habitat.gpkg").read_bytes() == before
    return run


@pytest.fixture(scope="module")
def balance(survived):
    """Function (kind, source) that gives the rows per reason."""

    def of(kind, source):
        file = survived.folder / f"results/tiny/ingest/{kind}_summary.parquet"
        table = pd.read_parquet(file).set_index(["source", "reason"])
        return table.loc[source, "rows_in"].to_dict()

    return of


def test_what_looks_dangerous_takes_little_memory_and_no_warning(survived):
    assert survived.memory_kib < MAX_MEMORY_KIB
    assert "Warning:" not in survived.screen


def test_numbers_that_are_none_are_set_apart(balance):
    found = balance("records", "numbers")
    assert found["balance"] == 9
    assert found["missing_coordinates"] == 1  # NaN is how programs write a blank
    assert found["unreadable_coordinates"] == 7


def test_formulas_stay_text_and_become_no_record(survived, balance):
    found = balance("records", "formulas")
    assert found.pop("balance") == 3
    assert sum(found.values()) == 2
    file = survived.folder / "results/tiny/ingest/quarantined_records.parquet"
    apart = pd.read_parquet(file).query("source == 'formulas'")
    assert json.loads(apart["original"].iloc[0])["species"] == FORMULA
    assert json.loads(apart["original"].iloc[1])["x"] == "=1+1"


def test_a_table_from_windows_is_read_as_it_was_written(balance):
    assert balance("records", "windows") == {"balance": 1}


def test_shapes_that_are_nowhere_are_set_apart_and_the_largest_is_kept(
    survived, balance
):
    found = balance("habitat", "nowhere")
    assert (found["balance"], found["impossible_coordinates"]) == (5, 2)
    kept = gpd.read_parquet(survived.folder / "results/tiny/ingest/habitat.parquet")
    assert len(kept) == 6
    assert shapely.get_num_coordinates(kept.geometry).max() == 10**6 + 1


# --- Nothing is fetched


@pytest.fixture
def server():
    """A server that notes who calls: its address, and what was asked for."""
    asked = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(CRS.encode())

        def log_message(self, *words):
            """Keep the screen clean."""

    with http.server.HTTPServer(("127.0.0.1", 0), Answer) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}/crs", asked
        listening.shutdown()


def test_no_file_makes_the_reader_call_a_server(server, run_reading, tmp_path):
    address, asked = server
    settings = good_files(tmp_path)
    link = {"type": "link", "properties": {"href": address, "type": "ogcwkt"}}
    (tmp_path / "habitat.gpkg").write_text(geojson({"code": "4030"}, crs=link))
    run_reading(tmp_path, settings)
    assert asked == []
