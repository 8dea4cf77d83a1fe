"""Draw docs/golden_landscape.svg from the coordinates and the tables on paper.

Run it after a change, in the folder of the project:
`PYTHONPATH=scripts .venv/bin/python tests/golden_landscape/draw_golden_landscape.py`.
"""

from html import escape
from itertools import pairwise

from golden_land import (
    BIRD,
    BROOM,
    GONE,
    GRASS,
    GRAYLING,
    HEATH,
    MEADOW,
    MOTORWAY,
    NEWT,
    POLYGONS,
    POOL,
    RECORDS,
    ROOT,
    RUSHWEED,
)
from golden_tables import expected_patches, expected_statuses

from robuust.meanings import MEANINGS

DRAWING = ROOT / "docs" / "golden_landscape.svg"
PX_PER_M = 0.5
WEST, SOUTH, EAST, NORTH = -160, -120, 2060, 2890  # of the drawing [m]
LEGEND_PX = 250
SIGNS = {  # species: letter and colour of its records
    GRAYLING: ("H", "#882255"),
    BROOM: ("G", "#117733"),
    RUSHWEED: ("C", "#332288"),
    NEWT: ("T", "#44aa99"),
    BIRD: ("N", "#cc6677"),
}
PALE, DARK = "#f2efe6", ("stronghold", "key", "insufficient")
NETWORKS = {"A": "90", "D": "80", "P1": "120", "Q1": "60", "R1": "59"}
NETWORKS |= {"S1": "40", "T1": "39", "W1": "40"}
STYLE = """
text { font-family: sans-serif; font-size: 13px; fill: #222222; }
.small { font-size: 11px; }
.head { font-size: 18px; font-weight: bold; }
.gap { font-size: 11px; fill: #666666; paint-order: stroke; stroke: #ffffff;
  stroke-width: 4px; }
.light { fill: #ffffff; }
.shape { stroke: #444444; stroke-width: 1; }
.cut { stroke: #222222; stroke-width: 1.5; stroke-dasharray: 6 4; }
.road { stroke: #222222; stroke-width: 5; }
"""


def draw():
    """Make the drawing.

    Returns
    -------
    str
        SVG; the same for the same coordinates and tables.
    """
    width = (EAST - WEST) * PX_PER_M
    height = (NORTH - SOUTH) * PX_PER_M + LEGEND_PX
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" '
        f'height="{height:g}" viewBox="0 0 {width:g} {height:g}" role="img">',
        "<title>The golden landscape: patches, their class, and the records</title>",
        f"<style>{STYLE}</style>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        *_polygons(),
        *_road(),
        *_labels(),
        *_gaps(),
        *_records(),
        *_scale_bar(),
        *_legend(height - LEGEND_PX + 30),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _place(x, y):
    """Where a point on paper lies in the drawing [px]."""
    return (x - WEST) * PX_PER_M, (NORTH - y) * PX_PER_M


def _rectangle(bounds, fill, kind="shape"):
    west, south, east, north = bounds
    x, y = _place(west, north)
    wide, high = (east - west) * PX_PER_M, (north - south) * PX_PER_M
    return (
        f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{wide:g}" '
        f'height="{high:g}" fill="{fill}"/>'
    )


def _text(x, y, words, kind="", anchor="middle"):
    kind = f' class="{kind}"' if kind else ""
    return (
        f'<text{kind} x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def _patch(name):
    """Patch that a polygon is in; none when it does not count."""
    own = {"C1": "C", "C2": "C", "W1": "U", "W2": "U", "M": "U"}
    name = own.get(name, name)
    return name if name in expected_patches().index else None


def _polygons():
    """Every polygon in the colour of its class; what does not count is pale."""
    classes = expected_patches()["class"]
    for name, (code, *bounds) in POLYGONS.items():
        patch = _patch(name)
        colour = MEANINGS["class"][classes[patch]][0] if patch else PALE
        if name == "M":
            west, south, _, north = bounds
            yield _rectangle(bounds, PALE)
            yield _rectangle((west, south, west + 300, north), colour, "cut")
        else:
            yield _rectangle(bounds, colour)
        east, south = _place(bounds[2], bounds[1])
        if code == GRASS:
            yield _text(east - 6, south - 6, "grass: half", "small light", "end")
        if code == POOL:
            yield _text(east, south + 14, f"{name} pool", "small", "end")
        if code == MEADOW:
            west = _place(bounds[0], bounds[1])[0]
            yield _text(west + 4, south + 14, f"{name} meadow", "small", "start")
    for name, (_, *bounds) in GONE.items():
        yield _rectangle(bounds, "none", "cut")
        middle, top = _place((bounds[0] + bounds[2]) / 2, bounds[3])
        yield _text(middle, top + 14, f"{name}, gone", "small")


def _road():
    (x1, y1), (x2, y2) = (_place(*point) for point in MOTORWAY)
    yield f'<line class="road" x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"/>'
    yield _text(x2, y2 - 6, "motorway", "small")


def _labels():
    """Name and RU in each patch, and the sum above the first of each network."""
    patches = expected_patches()
    for name, (code, west, _, east, north) in POLYGONS.items():
        patch = _patch(name)
        x, y = _place((west + east) / 2, north)
        if name in NETWORKS:
            side = _place(west, north)[0]
            yield _text(side, y - 22, f"network {NETWORKS[name]} RU", anchor="start")
        if code in (POOL, MEADOW) or name == "C1":
            continue
        words = f"{patch} {patches.loc[patch, 'RU']:g}"
        light = "light" if patches.loc[patch, "class"] in DARK else ""
        yield _text(x, y + 14, words, light)


def _gaps():
    """Gap in metres between every heath and the next one in its row."""
    heath = [box for code, *box in POLYGONS.values() if code in (HEATH, GRASS)]
    for (_, south, east, _), (west, row, *_) in pairwise(heath):
        if row == south and east < west <= east + 300:
            x, y = _place((east + west) / 2, south)
            yield _text(x, y + 14, f"{west - east} m", "gap")


def _records():
    """A dot with a letter where records are, open where they are no presence."""
    told = set()
    for species, x, y, day, extra in RECORDS:
        if species not in SIGNS or (species, x, y) in told:
            continue
        told.add((species, x, y))
        letter, colour = SIGNS[species]
        firm = day and extra.get("present", True) and not extra.get("generalised")
        px, py = _place(x, y)
        yield (
            f'<circle cx="{px:g}" cy="{py:g}" r="8" stroke="{colour}" '
            f'stroke-width="2" fill="{"#ffffff" if not firm else colour}"/>'
        )
        yield _text(px, py + 4, letter, "small light" if firm else "small")
    for name, status in _status_notes():
        _, west, south, *_ = POLYGONS[name]
        px, py = _place(west, south)
        yield _text(px, py + 28, status, "small", anchor="start")


def _status_notes():
    """Below each patch with records the statuses that they make."""
    statuses = expected_statuses()
    decided = ("viable", "relict", "phantom", "dormant", "unsearched", "lost")
    for name in POLYGONS:
        here = {"A": ("A", "V"), "W1": ("U",)}.get(name, (name,))
        notes = [
            f"{SIGNS[species][0]} {status}"
            for (species, patch), status in statuses.items()
            if patch in here and status in decided
        ]
        if notes:
            yield name, ", ".join(notes)


def _scale_bar():
    x, y = _place(1500, 2780)
    yield f'<line class="shape" x1="{x:g}" y1="{y:g}" x2="{x + 150:g}" y2="{y:g}"/>'
    yield _text(x + 75, y - 6, "300 m: reach of heath life", "small")


def _legend(top):
    """Classes, and species, in English and Dutch."""
    yield _text(30, top, "Golden landscape", "head", anchor="start")
    swatches = [*MEANINGS["class"].values(), (PALE, "telt niet mee", "does not count")]
    for k, (colour, nl, en) in enumerate(swatches):
        y = top + 20 + 24 * k
        swatch = f'x="30" y="{y:g}" width="22" height="16" fill="{colour}"'
        yield f'<rect class="shape" {swatch}/>'
        yield _text(60, y + 13, f"{en} / {nl}", anchor="start")
    for k, (species, (letter, colour)) in enumerate(SIGNS.items()):
        y = top + 28 + 24 * k
        yield f'<circle cx="430" cy="{y:g}" r="8" fill="{colour}"/>'
        yield _text(430, y + 4, letter, "small light")
        yield _text(446, y + 4, species, anchor="start")
    y = top + 28 + 24 * len(SIGNS)
    yield f'<circle cx="430" cy="{y:g}" r="8" stroke="#444444" fill="#ffffff"/>'
    words = "undated, blurred or absent: no presence / ongedateerd, vervaagd of afwezig"
    yield _text(446, y + 4, words, anchor="start")


if __name__ == "__main__":
    DRAWING.write_text(draw(), encoding="utf-8")
