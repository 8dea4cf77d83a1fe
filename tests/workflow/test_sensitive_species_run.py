"""No file of a run tells where a sensitive species is, but for its grid cell."""

import re
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

GOLDEN = Path(__file__).parents[1] / "golden_landscape"
ORCHID, DUTCH_NAME = "Orchis secreta", "Geheime orchis"
CELL_M = 5000
#: On paper, with decimals that no corner of a patch has: in B, in E and in Q1.
PLACES = [(712.37, 53.81), (352.43, 651.29), (76.83, 1751.17)]
DAYS = ["2019-06-11", "2021-06-12", "1987-06-13"]


@pytest.fixture(scope="module")
def run(run_pipeline, tmp_path_factory):
    """A whole run on the golden landscape, with an orchid that must not be found."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(GOLDEN)
        import golden_inputs
        import golden_land
    folder = tmp_path_factory.mktemp("sensitive")
    settings = golden_inputs.write_inputs(folder)
    places = golden_land.placed(shapely.points(PLACES))
    add_orchid(folder, shapely.get_coordinates(places), golden_land)
    settings |= {
        "sensitive_species": {ORCHID: CELL_M},
        "elaboration": {"levels": ["area"], "species": [ORCHID]},
        "restoration": {"budgets_eur": [500_000], "plan_time_limit_s": 1, "draws": 2},
    }
    done = run_pipeline(folder, settings)
    assert done.code == 0, done.screen[-4000:]
    return done, shapely.get_coordinates(places)


def add_orchid(folder, places, land):
    """Write the orchid into the files: good, badly dated and misspelt records."""
    species = pd.read_csv(folder / "species.csv", dtype="str")
    row = species[species["species"] == land.BROOM].assign(
        species=ORCHID, name_nl=DUTCH_NAME
    )
    pd.concat([species, row]).to_csv(folder / "species.csv", index=False)
    records = pd.read_csv(folder / "records.csv", dtype="str")
    x, y = np.round(places, 2).astype("str").T
    good = records.iloc[[0] * len(places)].assign(
        species=ORCHID, x=x, y=y, date=DAYS, id=[f"secret{k}" for k in range(3)]
    )
    spoilt = good.assign(date="mid June", id=[f"spoilt{k}" for k in range(3)])
    misspelt = good.assign(species="O. secretissima", id=["m0", "m1", "m2"])
    table = pd.concat([records, good, spoilt, misspelt])
    table.to_csv(folder / "records.csv", index=False)


def written(done):
    """Name and content of every file of the run, those in archives unpacked."""
    for top in ("results", "logs", "benchmarks"):
        for path in sorted((done.folder / top).rglob("*")):
            if path.suffix == ".qgz":
                with zipfile.ZipFile(path) as archive:
                    for name in archive.namelist():
                        yield f"{path}/{name}", archive.read(name)
            elif path.suffix == ".parquet":
                table = read_table(path)
                shapes = shapely.to_wkb(table.get("geometry", []))
                text = pd.DataFrame(table).to_csv(index=False).encode()
                yield str(path), b"".join([text, *(s for s in shapes if s)])
            elif path.is_file():
                yield str(path), path.read_bytes()
    yield "the screen", done.screen.encode()


def read_table(path):
    try:
        return gpd.read_parquet(path)
    except ValueError:  # without geometry
        return pd.read_parquet(path)


def readings(places):
    """Pairs of numbers by which the places may be told, in several systems."""
    yield from places
    for system in ("EPSG:4326", "EPSG:28992", "EPSG:3857", "EPSG:3035"):
        way = pyproj.Transformer.from_crs("EPSG:31370", system, always_xy=True)
        yield from np.column_stack(way.transform(*places.T))


def written_so(value):
    """Pattern of a number as anybody may write it: to the metre, or 4 decimals."""
    digits = 4 if abs(value) < 1000 else 0
    scale = 10**digits
    whole, _, rest = f"{np.floor(value * scale) / scale:.{digits}f}".partition(".")
    whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", "[., ]?", whole)
    return rf"(?<!\d){whole}" + (rf"[.,]{rest}" if rest else r"(?!\d)")


def told(places):
    """Patterns of both coordinates near each other, in either order."""
    for x, y in readings(places):
        x, y = written_so(x), written_so(y)
        for one, other in ((x, y), (y, x)):
            yield re.compile(rf"{one}.{{1,40}}?{other}".encode())


def test_no_file_has_the_coordinates_in_any_writing(run):
    done, places = run
    doubles = {struct.pack("<dd", *place) for place in places}
    patterns = list(told(places))
    files = list(written(done))
    assert len(files) > 100
    for name, content in files:
        assert [pattern for pattern in patterns if pattern.search(content)] == [], name
        assert [place for place in doubles if place in content] == [], name


def test_the_search_finds_what_the_input_has(run):
    done, places = run
    content = (done.folder / "records.csv").read_bytes()
    assert sum(bool(pattern.search(content)) for pattern in told(places)) == len(places)
    dutch = b"lat 50,9712, lon 4,1234; x 200.712,4 y 200.053,8"
    assert any(pattern.search(dutch) for pattern in told(places))


def test_no_row_ties_the_orchid_to_a_patch_or_a_network(run):
    done, _ = run
    verdicts = [gpd.read_parquet(p) for p in done.folder.rglob("verdicts.parquet")]
    patches = pd.concat(verdicts)
    ids = set(patches["patch_id"]) | set(patches["network_id"])
    assert ids
    rows = 0
    for path in sorted((done.folder / "results").rglob("*")):
        lines = ()
        if path.suffix == ".parquet":
            lines = pd.DataFrame(read_table(path)).to_csv(index=False).splitlines()
        elif path.suffix in (".csv", ".txt", ".log"):
            lines = path.read_text(encoding="utf-8").splitlines()
        for line in lines:
            if ORCHID in line or DUTCH_NAME in line:
                rows += 1
                assert [name for name in ids if name in line] == [], path
    assert rows > 0
    page = next((done.folder / "results").rglob("species_sheets/*secreta.html"))
    sheet = page.read_text(encoding="utf-8")
    assert ORCHID in sheet
    assert [name for name in ids if name in sheet] == []


def test_its_cells_are_told_and_no_more(run):
    done, places = run
    package = done.folder / "results" / "golden" / "robuust.gpkg"
    layer = gpd.read_file(package, layer="populations")
    own = layer[layer["species"] == ORCHID]
    centres = (np.floor(places / CELL_M) + 0.5) * CELL_M
    told = set(map(tuple, shapely.get_coordinates(own.geometry)))
    assert told == set(map(tuple, centres))
    assert set(own["status"]) == {"withheld"}
    assert own["n_records"].sum() == 3
    assert own["last_year"].max() == 2021
    targets = gpd.read_file(package, layer="unit_targets")
    assert set(targets.loc[targets["species"] == ORCHID, "status"]) == {"withheld"}


def test_other_species_keep_their_verdicts(run):
    done, _ = run
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(GOLDEN)
        import golden_land
        import golden_tables
    place = done.folder / "results" / "golden"
    for group in golden_land.GROUPS:
        members = pd.read_parquet(place / group / "patch_polygons.parquet")
        names = golden_land.patch_names(group, members)
        found = gpd.read_parquet(place / group / "populations.parquet")
        assert ORCHID not in set(found["species"])
        found = found.assign(patch=found["patch_id"].map(names))
        expected = golden_tables.expected_statuses()
        own = found.set_index(["species", "patch"])["status"]
        assert own.to_dict() == expected[own.index].to_dict()
