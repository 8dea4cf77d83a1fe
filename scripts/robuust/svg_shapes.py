"""Shapes as paths of SVG, drawn to scale: for the report, the sheets and pictures."""

import math
import re

import numpy as np
import shapely

SMALLEST_PX2 = 0.2  # what is smaller than a fifth of a pixel is a dot
MOST_SHAPES = 5_000  # drawn one by one in one path; the smaller others are dots
MOST_VERTICES = 200_000  # of one path; of more, borders are drawn more coarsely
TOLERANCES_PX = (0.4, 0.8, 1.6)  # the first that is enough, or else the last
DOT_PX = 3  # side of a dot

#: Corners of the shapes of `robuust.meanings.MARKERS`, in a square from -1 to 1.
CORNERS = {
    "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "diamond": [(0, -1), (1, 0), (0, 1), (-1, 0)],
    "triangle": [(0, -1), (1, 0.8), (-1, 0.8)],
    "pentagon": [(0, -1), (0.95, -0.31), (0.59, 0.81), (-0.59, 0.81), (-0.95, -0.31)],
    "cross_fill": [
        *[(-0.4, -1), (0.4, -1), (0.4, -0.4), (1, -0.4), (1, 0.4), (0.4, 0.4)],
        *[(0.4, 1), (-0.4, 1), (-0.4, 0.4), (-1, 0.4), (-1, -0.4), (-0.4, -0.4)],
    ],
}
ROUND = [
    (math.sin(turn / 8 * math.pi), -math.cos(turn / 8 * math.pi)) for turn in range(16)
]


def svg_path(geometries, *, west, north, scale):
    """Turn polygons into the `d` of an SVG path.

    Parameters
    ----------
    geometries : sequence of shapely polygons
        In metres; missing and empty ones are left out.
    west, north : float
        Place of the upper left corner [m].
    scale : float
        Pixels per metre.

    Returns
    -------
    str
        Rings in pixels, y downwards. What is too small to see, and the smallest of
        more than `MOST_SHAPES`, are dots: none of it disappears. Holes turn
        the other way than outlines: fill it by the nonzero rule, by which shapes that
        overlap do not cancel each other.

    Examples
    --------
    >>> svg_path([shapely.box(0, 0, 10, 10)], west=0, north=10, scale=1)
    'M10 10L10 0L0 0L0 10L10 10Z'
    """
    shapes = np.array([shape for shape in geometries if shape is not None], object)
    areas = shapely.area(shapes) * scale**2
    is_drawn = areas >= SMALLEST_PX2
    is_drawn[np.argsort(-areas, kind="stable")[MOST_SHAPES:]] = False
    drawn = shapes[is_drawn]
    pixels = shapely.transform(drawn, lambda xy: (xy - [west, north]) * [scale, -scale])
    for tolerance_px in TOLERANCES_PX:
        coarse = shapely.simplify(pixels, tolerance_px)
        if shapely.get_num_coordinates(coarse).sum() <= MOST_VERTICES:
            break
    pixels = shapely.orient_polygons(coarse, exterior_cw=True)
    texts = shapely.to_wkt(pixels, rounding_precision=1)
    middles = shapely.get_coordinates(shapely.centroid(shapes[~is_drawn]))
    dots = svg_dots(middles, west=west, north=north, scale=scale)
    return "".join(_rings(text) for text in texts) + dots


def svg_dots(middles, *, west, north, scale):
    """Turn places into small squares on a grid, each square once.

    Parameters
    ----------
    middles : array of float, shape (n, 2)
        Places [m].
    west, north, scale : float
        As in `svg_path`.

    Returns
    -------
    str
        Squares of `DOT_PX` pixels; empty text without places.

    Examples
    --------
    >>> svg_dots(np.array([[3.0, 5.0], [3.1, 5.0]]), west=0, north=10, scale=1)
    'M3 3h3v3h-3Z'
    """
    pixels = (np.asarray(middles).reshape(-1, 2) - [west, north]) * [scale, -scale]
    cells = np.unique(np.floor(pixels / DOT_PX).astype(int), axis=0) * DOT_PX
    side = DOT_PX
    return "".join(f"M{x} {y}h{side}v{side}h-{side}Z" for x, y in cells.tolist())


def marker_path(middles, shape, size, *, west, north, scale):
    """Draw a marker at each place.

    Parameters
    ----------
    middles : array of float, shape (n, 2)
        Places [m].
    shape : str
        A key of `CORNERS`; anything else is round.
    size : float
        Width of a marker [pixels].
    west, north, scale : float
        As in `svg_path`.

    Returns
    -------
    str
        The `d` of an SVG path; a place drawn twice stands in it once.

    Examples
    --------
    >>> marker_path(np.array([[5.0, 5.0]]), "diamond", 4, west=0, north=10, scale=1)
    'M5 3L7 5L5 7L3 5Z'
    """
    corners = np.array(CORNERS.get(shape, ROUND)) * size / 2
    pixels = np.unique((middles - [west, north]) * [scale, -scale], axis=0)
    outlines = np.round(pixels[:, None, :] + corners[None, :, :], 1)
    return "".join(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in outline) + "Z"
        for outline in outlines.tolist()
    )


def scale_bar(width_m, scale):
    """Choose a round length of about a fifth of the map.

    Parameters
    ----------
    width_m : float
        Width of the map [m]; above zero.
    scale : float
        Pixels per metre.

    Returns
    -------
    dict
        px (length on the map) and label.

    Examples
    --------
    >>> scale_bar(12_000, 0.1)
    {'px': 200.0, 'label': '2 km'}
    """
    power = 10 ** math.floor(math.log10(width_m / 5))
    length = max(step * power for step in (1, 2, 5) if step * power <= width_m / 5)
    text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    return {"px": length * scale, "label": text}


def _rings(wkt):
    """Turn the WKT of a polygon into moves and lines of SVG."""
    inside = re.sub(r"^[A-Z]+ ", "", wkt)
    inside = re.sub(r"\(+", "M", inside)
    return re.sub(r"\)+(, )?", "Z", inside).replace(", ", "L")
