"""Databases are told from files, and no password gets into the settings of a result."""

import pytest

from robuust.connections import check_connections, is_database

PASSWORDS = [
    "postgresql://me:secret@server/nature",
    "postgres://:secret@server:5432/nature",
    "PostgreSQL://me:secret@server/nature",
    "postgresql://server/nature?user=me&password=secret",
    "postgresql://server/nature?password=",
]
NO_PASSWORDS = [
    "postgresql://server/nature",
    "postgresql://me@server:5432/nature",
    "postgresql://server/nature?sslmode=require",
    "postgresql:///nature",
]


def settings(kind, path):
    return {"sources": {kind: [{"name": "map", "path": path}]}}


@pytest.mark.parametrize("path", [*PASSWORDS, *NO_PASSWORDS])
def test_a_connection_is_a_database(path):
    assert is_database(path)


@pytest.mark.parametrize("path", ["map.gpkg", "C:/postgresql/map.gpkg", "a.gdb", None])
def test_a_file_is_no_database(path):
    assert not is_database(path)


@pytest.mark.parametrize("kind", ["habitat", "records", "barriers"])
@pytest.mark.parametrize("path", PASSWORDS)
def test_a_password_is_refused_and_not_repeated(kind, path):
    (problem,) = check_connections(settings(kind, path), file="settings")
    assert problem.column == f"sources.{kind}[map].path"
    assert "PGPASSWORD" in problem.message
    assert "secret" not in str(problem)


@pytest.mark.parametrize("path", [*NO_PASSWORDS, "map.gpkg", "a:b@c.gpkg"])
def test_a_path_without_a_password_is_no_problem(path):
    assert check_connections(settings("habitat", path), file="settings") == []


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"sources": None},
        {"sources": []},
        {"sources": {"habitat": None}},
        {"sources": {"habitat": ["map.gpkg", {"name": "a"}, {"path": 3}]}},
    ],
)
def test_settings_of_the_wrong_shape_are_left_to_the_schema(config):
    assert check_connections(config, file="settings") == []
