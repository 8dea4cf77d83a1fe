"""Layers of a real PostgreSQL with PostGIS, which these tests start and stop."""

import os
import shutil
import socket
import subprocess
import tempfile
import traceback
from pathlib import Path

import numpy as np
import psycopg
import pytest
import shapely

from robuust_files.checksums import checksum
from robuust_files.layers import list_layers, read_layer

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
EXTENSIONS = Path("/usr/share/postgresql")
TABLES = """
    CREATE EXTENSION postgis;
    CREATE TABLE heath (
        id serial PRIMARY KEY, "HAB1" text, "PHAB1" numeric, "a:b%c" varchar(5),
        tags text[], about jsonb, seen date, shape geometry(Geometry, 31370)
    );
    INSERT INTO heath ("HAB1", "PHAB1", "a:b%c", tags, about, seen, shape)
    SELECT '4030', k / 2.0, 'hé', ARRAY['a', 'b'], '{"k": 1}', '2024-05-06',
        ST_MakeEnvelope(k, 0, k + 1, 1, 31370)
    FROM generate_series(1, 3) AS k ORDER BY k DESC;
    INSERT INTO heath ("HAB1", shape) VALUES
        ('curve', 'SRID=31370;CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))'),
        ('surface', 'SRID=31370;MULTISURFACE(((0 0,1 0,1 1,0 0)),
            CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0)))'),
        ('empty', 'SRID=31370;POLYGON EMPTY'), ('none', NULL);
    CREATE SCHEMA "Oost; Vlaanderen";
    CREATE TABLE "Oost; Vlaanderen"."bog""s" (
        name text, place geography(Polygon, 4326), other geometry(Point, 31370)
    );
    INSERT INTO "Oost; Vlaanderen"."bog""s" VALUES ('b',
        'POLYGON((4 51, 4.1 51, 4.1 51.1, 4 51))', 'SRID=31370;POINT(1 2)');
    CREATE VIEW dry_heath AS SELECT * FROM heath WHERE "HAB1" = '4030';
    CREATE TABLE notes (note text);
    CREATE TABLE relief (shape geometry(PolygonZ, 31370));
    INSERT INTO relief SELECT ST_Force3D(shape, 7) FROM heath WHERE id < 3;
    CREATE DATABASE bare;
    CREATE ROLE reader LOGIN;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;
"""


def missing_programs():
    """Say what is not installed; None when all is."""
    if not PROGRAMS:
        return "PostgreSQL is not installed (apt-get install postgresql)"
    version = PROGRAMS[0].parent.name
    if not (EXTENSIONS / version / "extension" / "postgis.control").exists():
        return (
            f"PostGIS is not installed (apt-get install postgresql-{version}-postgis-3)"
        )
    return None


@pytest.fixture(scope="session")
def server():
    """Start a server of its own in a folder that goes afterwards; its port."""
    missing = missing_programs()
    if missing:
        if os.environ.get("ROBUUST_REQUIRE_POSTGIS") == "1":
            pytest.fail(missing)
        pytest.skip(f"NOT CHECKED against a real database: {missing}")
    root = os.geteuid() == 0  # as which PostgreSQL refuses to run
    as_user = {"user": "postgres", "group": "postgres"} if root else {}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="robuust_pg_"))  # short: it holds a socket
    if root:
        shutil.chown(folder, "postgres", "postgres")

    def run(program, *arguments):
        command = [str(PROGRAMS[0] / program), *arguments]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, **as_user
        )
        assert done.returncode == 0, done.stdout + done.stderr

    cluster = str(folder / "cluster")
    run(
        "initdb",
        "-D",
        cluster,
        "-U",
        "owner",
        "-E",
        "UTF8",
        "--locale=C",
        "-A",
        "trust",
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(
        "pg_ctl", "-D", cluster, "-w", "-l", str(folder / "log"), "-o", options, "start"
    )
    try:
        yield port
    finally:
        run("pg_ctl", "-D", cluster, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def database(server):
    """Fill a database; its address, without a password."""
    address = f"postgresql://owner@127.0.0.1:{server}/postgres"
    with psycopg.connect(address, autocommit=True) as connection:
        for words in TABLES.split(";\n"):
            if words.strip():
                connection.execute(words)
    return address


@pytest.fixture(autouse=True)
def own_home(monkeypatch, tmp_path):
    """Keep passwords of whoever runs the tests out of them."""
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    for name in ("PGPASSWORD", "PGUSER", "PGHOST", "PGDATABASE", "PGOPTIONS"):
        monkeypatch.delenv(name, raising=False)


def source(address, layer=None):
    entry = {"name": "base", "path": address}
    return entry if layer is None else entry | {"layer": layer}


def test_a_table_is_read_with_its_columns_its_system_and_in_order(database):
    layer = read_layer(source(database, "heath"))
    assert layer.crs.to_epsg() == 31370
    assert layer["id"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    first = layer.iloc[0]
    assert (first["HAB1"], first["PHAB1"], first["a:b%c"]) == ("4030", 1.5, "hé")
    assert (first["tags"], first["about"]) == ("{a,b}", '{"k": 1}')
    assert first["seen"].isoformat() == "2024-05-06"
    assert first["shape"].equals(shapely.box(3, 0, 4, 1))
    assert layer.geometry.name == "shape"


def test_curves_and_multi_surfaces_become_straight(database):
    layer = read_layer(source(database, "heath")).set_index("HAB1")
    assert layer.geometry["curve"].area == pytest.approx(np.pi, rel=1e-2)
    assert layer.geometry["surface"].area == pytest.approx(np.pi + 0.5, rel=1e-2)
    assert layer.geometry["empty"].is_empty
    assert layer.geometry["none"] is None


def test_views_are_read_in_an_order_that_their_rows_decide(database):
    layer = read_layer(source(database, "dry_heath"))
    assert sorted(layer["id"]) == [1, 2, 3]
    assert read_layer(source(database, "public.dry_heath")).equals(layer)


def test_a_geography_and_names_with_signs_are_read(database):
    name = 'Oost; Vlaanderen.bog"s'
    layer = read_layer(source(database, f"{name}.place"))
    assert (layer.crs.to_epsg(), layer.geometry[0].bounds) == (4326, (4, 51, 4.1, 51.1))
    points = read_layer(source(database, f"{name}.other"))
    assert points.geometry[0] == shapely.Point(1, 2)


def test_the_layers_of_a_database_are_listed(database):
    assert list_layers(database) == {
        'Oost; Vlaanderen.bog"s.other': "POINT",
        'Oost; Vlaanderen.bog"s.place': "Polygon",
        "dry_heath": "GEOMETRY",
        "heath": "GEOMETRY",
        "relief": "POLYGON",
    }


def test_heights_are_kept_in_an_order_that_the_rows_decide(database):
    layer = read_layer(source(database, "relief"))
    assert layer.geometry.has_z.all()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE relief SET shape = shape")  # moves rows about
    assert read_layer(source(database, "relief")).equals(layer)


def test_a_reader_without_the_right_to_write_is_enough(database, server):
    address = f"postgresql://reader@127.0.0.1:{server}/postgres"
    assert len(read_layer(source(address, "heath"))) == 7


def test_nothing_can_be_written(database):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION leave_mark() RETURNS text LANGUAGE plpgsql AS"
            " $$ BEGIN INSERT INTO notes VALUES ('read'); RETURN 'x'; END $$"
        )
        connection.execute(
            "CREATE VIEW marked AS SELECT id, leave_mark() AS m, shape FROM heath"
        )
    with pytest.raises(ValueError, match=r"read-only transaction.*a table") as told:
        read_layer(source(database, "marked"))
    assert "sqlalche" not in str(told.value)  # its own words are long and no help
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP VIEW marked")
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)


def test_the_checksum_is_that_of_the_rows_in_any_order(database):
    first = checksum(source(database, "heath"))
    assert len(first) == 64
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("UPDATE heath SET \"HAB1\" = '4010' WHERE id = 2")
        changed = checksum(source(database, "heath"))
        connection.execute("UPDATE heath SET \"HAB1\" = '4030' WHERE id = 2")
    assert changed != first
    assert checksum(source(database, "heath")) == first


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (None, r"say which `layer`; the database holds: "),
        ("fen", r"there is no such `layer`; the database holds: "),
        ("notes", r"there is no such `layer`"),
        ('heath" ; DROP TABLE heath; --', r"there is no such `layer`"),
    ],
)
def test_a_layer_that_cannot_be_meant_is_refused(database, layer, words):
    with pytest.raises(ValueError, match=rf"source 'base' \(.*{words}"):
        read_layer(source(database, layer))


def test_a_view_that_fails_on_a_value_does_not_put_it_in_the_log(database):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            """CREATE VIEW torn AS
            SELECT ("HAB1" || ' bij Jan')::int AS n, shape FROM heath"""
        )
    try:
        with pytest.raises(ValueError, match="cannot compute or hand") as refusal:
            read_layer(source(database, "torn"))
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DROP VIEW torn")
    assert "bij Jan" not in "".join(traceback.format_exception(refusal.value))


def test_a_database_without_postgis_is_refused(database):
    with pytest.raises(ValueError, match="has no PostGIS"):
        read_layer(source(database.replace("/postgres", "/bare"), "heath"))


def test_a_database_that_is_not_there_is_refused_without_a_link(database, server):
    absent = database.replace("/postgres", "/absent")
    with pytest.raises(
        ValueError, match=r'cannot be reached .*"absent" does not exist'
    ):
        read_layer(source(absent, "heath"))
    with pytest.raises(ValueError, match="cannot be reached"):
        read_layer(source(f"postgresql://127.0.0.1:{server + 1}/x?connect_timeout=2"))


@pytest.mark.parametrize(
    "address",
    ["postgresql://owner:s3cret@127.0.0.1/x", "postgresql:///x?a=1&password=s3cret"],
)
def test_a_password_in_the_path_is_refused_and_not_repeated(address):
    with pytest.raises(ValueError, match="holds a password") as refusal:
        read_layer(source(address))
    assert "s3cret" not in str(refusal.value)


def test_a_table_that_does_not_fit_in_the_memory_is_refused(database, monkeypatch):
    monkeypatch.setattr("robuust_files.sizes.MAX_CELLS", 55)  # 7 rows, 8 columns
    with pytest.raises(ValueError, match="its 7 rows of 8 columns do not fit"):
        read_layer(source(database, "heath"))
