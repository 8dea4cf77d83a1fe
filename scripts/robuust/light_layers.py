"""Very large layers, made light for the GeoPackage: fewer vertices, one language."""

import numpy as np
import pandas as pd
import shapely

#: Vertices above which the borders of a layer are simplified; other layers never are.
MOST_VERTICES = {
    "patches": 10_000_000,
    "buffers": 3_000_000,
    "pressure_zones": 3_000_000,
}
TOLERANCES_M = (1, 2, 5, 10)  # the first that is enough, or else the last
MOST_BILINGUAL = 50_000  # rows; of more the sentences are in one language
MANY_RINGS = 1_000  # of one shape
_SAMPLE = 200_000  # vertices on which the tolerance is tried


def lighten_layer(rows, layer, language):
    """Make one layer fit for a file that people copy and open.

    A country has a million patches. On its map nobody sees a bend of a few metres, and
    nobody reads the reasons in two languages. Every row stays, with every figure.

    Parameters
    ----------
    rows : DataFrame or GeoDataFrame
        Rows of the layer, as `robuust.output_contract.conform` gives them.
    layer : str
        Its name.
    language : str
        ``nl`` or ``en``: the sentences that stay.

    Returns
    -------
    rows : DataFrame or GeoDataFrame
        The rows, with borders simplified and the sentences in the other language
        missing where the layer is too large; otherwise ``rows`` itself.
    told : list of (str, str, str)
        Rows of the table `run_info` that say so: key, value, description.

    Examples
    --------
    >>> lighten_layer(pd.DataFrame({"reason_nl": ["te klein"]}), "changes", "en")[1]
    []
    """
    told = []
    if layer in MOST_VERTICES:
        shapes = rows.geometry.to_numpy()
        tolerance_m = tolerance_for(shapes, most=MOST_VERTICES[layer])
        if tolerance_m:
            rows = rows.set_geometry(simplified(shapes, tolerance_m), crs=rows.crs)
            words = "borders are simplified by so many metres, figures are not; exact "
            words += "borders: the .parquet files in the folder of each group"
            told.append((f"{layer}_simplified_m", str(tolerance_m), words))
    other = f"reason_{'en' if language == 'nl' else 'nl'}"
    if len(rows) > MOST_BILINGUAL and other in rows:
        rows = rows.assign(**{other: pd.Series(None, rows.index, dtype="str")})
        words = "missing in robuust.gpkg, for its size; they stand in tables/*.csv"
        told.append((f"{layer}_without_{other}", str(len(rows)), words))
    return rows, told


def border_remark(told, language):
    """Say in the description of a layer that its borders are simplified.

    Parameters
    ----------
    told : list of (str, str, str)
        See `lighten_layer`.
    language : str
        ``nl`` or ``en``.

    Returns
    -------
    str
        A sentence with a blank before it, or nothing.

    Examples
    --------
    >>> border_remark([("patches_simplified_m", "2", "")], "en")
    ' Borders are simplified by up to 2 m.'
    """
    for key, tolerance_m, _ in told:
        if key.endswith("_simplified_m"):
            if language == "nl":
                return f" Grenzen zijn tot {tolerance_m} m vereenvoudigd."
            return f" Borders are simplified by up to {tolerance_m} m."
    return ""


def as_light_as(patches, theirs, own=None):
    """Simplify patches as another run did, so that both have the same borders.

    Parameters
    ----------
    patches : GeoDataFrame
    theirs, own : DataFrame or None
        key and value: the table `run_info` of the other run, and of the run of these
        patches. None for exact borders: not published yet, or an older version.

    Returns
    -------
    GeoDataFrame
        The patches as the other run would have published them; ``patches`` itself
        where their borders are no finer.

    Examples
    --------
    >>> info = pd.DataFrame({"key": ["crs"], "value": ["EPSG:31370"]})
    >>> as_light_as("patches", info)
    'patches'
    """
    tolerance_m = _simplified_m(theirs)
    if tolerance_m <= _simplified_m(own):
        return patches
    shapes = simplified(patches.geometry.to_numpy(), tolerance_m)
    return patches.set_geometry(shapes, crs=patches.crs)


def _simplified_m(info):
    """By how much the patches of a run were simplified; zero for exact borders."""
    if info is None:
        return 0.0
    found = info.loc[info["key"] == "patches_simplified_m", "value"]
    return 0.0 if found.empty else float(found.iloc[0])


def tolerance_for(shapes, *, most):
    """Choose by how much shapes must be simplified to have few enough vertices.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon, shape (n,)
    most : int
        Vertices that all of them together may have.

    Returns
    -------
    int
        One of `TOLERANCES_M` [m]; zero where nothing has to be done.

    Examples
    --------
    >>> disc = shapely.Point(0, 0).buffer(1_000, quad_segs=50)
    >>> tolerance_for([disc], most=300), tolerance_for([disc], most=100)
    (0, 1)
    """
    total = shapely.get_num_coordinates(shapes).sum()
    if total <= most:
        return 0
    parts = shapely.get_parts(shapes)
    sample = parts[:: max(1, int(total // _SAMPLE))]
    before = shapely.get_num_coordinates(sample).sum()
    for tolerance_m in TOLERANCES_M:
        left = shapely.get_num_coordinates(simplified(sample, tolerance_m)).sum()
        if total * left <= most * before:
            break
    return tolerance_m


def simplified(shapes, tolerance_m):
    """Simplify borders; a shape stays valid, and none disappears.

    Shapes of up to `MANY_RINGS` keep them all. Of more, which GEOS would compare each
    with each, holes and parts a few tolerances across may go.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon, shape (n,)
    tolerance_m : float
        How far a border may move [m].

    Returns
    -------
    array of Polygon or MultiPolygon, shape (n,)

    Examples
    --------
    >>> shapely.get_num_coordinates(simplified([shapely.Point(0, 0).buffer(9)], 5))
    array([5], dtype=int32)
    """
    shapes = np.asarray(shapes, dtype=object)
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings = 1 + shapely.get_num_interior_rings(parts)
    many = np.bincount(owner, rings, minlength=shapes.size) > MANY_RINGS
    simple = np.empty_like(shapes)
    simple[~many] = shapely.simplify(shapes[~many], tolerance_m)
    simple[many] = shapely.simplify(shapes[many], tolerance_m, preserve_topology=False)
    lost = shapely.is_empty(simple)
    simple[lost] = shapes[lost]
    return simple
