"""Layers of a PostgreSQL database with PostGIS: read, and never written."""

from contextlib import contextmanager

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from robuust.listing import listed
from robuust.sources import UnusableFileError
from robuust_files.sizes import check_size

_PLAIN_TYPES = (
    *("int2", "int4", "int8", "float4", "float8", "numeric", "bool"),
    *("text", "varchar", "bpchar", "date", "timestamp", "timestamptz"),
)
_LAYERS = sa.text("""
    SELECT f_table_schema, f_table_name, f_geometry_column, type, false
    FROM geometry_columns
    UNION ALL
    SELECT f_table_schema, f_table_name, f_geography_column, type, true
    FROM geography_columns
    ORDER BY 1, 2, 3
""")
_COLUMNS = sa.text("""
    SELECT column_name, udt_name FROM information_schema.columns
    WHERE table_schema = :schema AND table_name = :name ORDER BY ordinal_position
""")
_KEYS = sa.text("""
    SELECT used.column_name FROM information_schema.table_constraints AS rule
    JOIN information_schema.key_column_usage AS used
    USING (constraint_schema, constraint_name, table_schema, table_name)
    WHERE rule.constraint_type = 'PRIMARY KEY'
    AND table_schema = :schema AND table_name = :name ORDER BY used.ordinal_position
""")
_SESSION = (  # in which the same rows always have the same text
    "SET TRANSACTION READ ONLY",
    "SET LOCAL datestyle = 'ISO'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL extra_float_digits = 1",
)
_PATIENCE_S = 15


def read_table(source):
    """Read a table or view of a PostGIS database, curves as straight pieces.

    Parameters
    ----------
    source : dict
        Entry of ``sources`` in the settings: name, path
        (``postgresql://user@host/database``) and, where the database holds several,
        layer (``table`` or ``schema.table``).

    Returns
    -------
    GeoDataFrame
        In the order of the primary key or, without one, in one that the rows alone
        decide. Types that no map file has (lists, JSON) come as text.

    Raises
    ------
    UnusableFileError
        If the path holds a password, the database cannot be reached or has no
        PostGIS, or the layer is not there.
    """
    with _connected(source["path"]) as connection:
        place = _find_layer(connection, source)
        table = sa.table(place["name"], schema=place["schema"])
        query = sa.select(*_columns(connection, place)).select_from(table)
        rows = connection.scalar(sa.select(sa.func.count()).select_from(table))
        check_size(rows, len(query.selected_columns))
        keys = [sa.column(key) for (key,) in connection.execute(_KEYS, place)]
        query = query.order_by(*(keys or [sa.func.md5(_row_text(table))]))
        return gpd.read_postgis(query, connection, geom_col=place["geometry"])


def list_tables(path):
    """Layers of a PostGIS database.

    Parameters
    ----------
    path : str

    Returns
    -------
    dict of str to str
        ``table``, or ``schema.table`` outside the schema public, to geometry type; a
        table with several geometries is there once for each, as ``table.column``.

    Raises
    ------
    UnusableFileError
        As `read_table`.
    """
    with _connected(path) as connection:
        return {name: place["type"] for name, place in _layers(connection).items()}


def rows_checksum(source):
    """SHA-256 of the rows of a layer, whatever their order.

    Parameters
    ----------
    source : dict
        As for `read_table`.

    Returns
    -------
    str
        Of the sorted SHA-256 of the text of every row; computed by the database.
    """
    with _connected(source["path"]) as connection:
        place = _find_layer(connection, source)
        table = sa.table(place["name"], schema=place["schema"])
        row = sa.func.sha256(sa.func.convert_to(_row_text(table), "UTF8"))
        rows = sa.func.string_agg(row, aggregate_order_by(sa.literal(b""), row))
        query = sa.select(sa.func.encode(sa.func.sha256(rows), "hex"))
        return connection.scalar(query.select_from(table)) or ""


@contextmanager
def _connected(path):
    """Give a connection that can only read."""
    address = sa.make_url(path).set(drivername="postgresql+psycopg")
    if address.password is not None or "password" in address.query:
        raise UnusableFileError(
            "`path` holds a password, which would end up in the results; leave it out"
            " and give it as PGPASSWORD or in the file ~/.pgpass"
        )
    engine = sa.create_engine(
        address,
        poolclass=sa.NullPool,
        connect_args={"connect_timeout": _PATIENCE_S},
    )
    try:
        with engine.connect() as connection:
            for words in _SESSION:
                connection.execute(sa.text(words))
            yield connection
    except sa.exc.OperationalError as error:
        raise UnusableFileError(
            f"the database cannot be reached ({str(error.orig).strip()}); check host,"
            " database and user in `path`, and the password in PGPASSWORD or ~/.pgpass"
        ) from error
    except (sa.exc.DataError, pd.errors.DatabaseError):
        raise UnusableFileError(  # the words of the database quote values of a record
            "the database cannot compute or hand over a row of it: mostly a view meets"
            " content that it does not expect; ask its owner for a table in its place"
        ) from None
    except sa.exc.DBAPIError as error:
        words = str(error.orig).splitlines()[0]
        raise UnusableFileError(
            f"the database does not give it ({words}); ask its owner for the right to"
            " read, or for a table in place of a view"
        ) from error
    finally:
        engine.dispose()


def _layers(connection):
    """Places of all layers by the name that users give them."""
    try:
        rows = connection.execute(_LAYERS).fetchall()
    except sa.exc.ProgrammingError as error:
        raise UnusableFileError(
            "the database has no PostGIS; name another database"
        ) from error
    tables = [row[:2] for row in rows]
    found = {}
    for schema, table, column, kind, geography in rows:
        name = table if schema == "public" else f"{schema}.{table}"
        if tables.count((schema, table)) > 1:
            name = f"{name}.{column}"
        place = {"schema": schema, "name": table, "geometry": column, "type": kind}
        found[name] = place | {"geography": geography}
    return found


def _find_layer(connection, source):
    layers, wanted = _layers(connection), source.get("layer")
    if wanted is None and len(layers) == 1:
        return next(iter(layers.values()))
    for name in (wanted, str(wanted).removeprefix("public.")):
        if name in layers:
            return layers[name]
    found = listed(list(layers), "en") or "no table with geometry"
    words = "say which" if wanted is None else "there is no such"
    raise UnusableFileError(f"{words} `layer`; the database holds: {found}")


def _columns(connection, place):
    """Columns of a layer; those of special types as text, curves straightened."""
    columns = []
    for name, kind in connection.execute(_COLUMNS, place):
        column = sa.column(name)
        if name == place["geometry"]:
            shape = sa.func.geometry(column) if place["geography"] else column
            column = sa.func.ST_CurveToLine(shape).label(name)
        elif kind not in _PLAIN_TYPES:
            column = sa.cast(column, sa.Text).label(name)
        columns.append(column)
    return columns


def _row_text(table):
    return sa.cast(table.table_valued(), sa.Text)
