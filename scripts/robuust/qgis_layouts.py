"""Pages to print from QGIS: a map per question, and an atlas of the reporting units."""

import base64
import uuid

#: Place of the map on a page of A3 [mm]: left, top, width, height.
MAP_MM = (10.0, 30.0, 300.0, 246.0)
#: A plain arrow; inside the project, so that no file of QGIS has to be found.
NORTH_ARROW = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 24" width="20" '
    'height="24"><path d="M10 0 17 17 10 13 3 17Z" fill="#1a1a1a"/>'
    '<path d="M8 24V18.5L12 24V18.5" fill="none" stroke="#1a1a1a"/></svg>'
)
_WORDS = {
    "nl": {
        "map": "Kaart",
        "legend": "Legenda",
        "date": "Peildatum",
        "sources": "Bronnen",
        "made": "Gemaakt met Robuust",
        "robust": "robuust",
        "areas": "robuuste gebieden",
        "relicts": "soorten als relict",
        "phantoms": "als spook",
    },
    "en": {
        "map": "Map",
        "legend": "Legend",
        "date": "Reference date",
        "sources": "Sources",
        "made": "Made with Robuust",
        "robust": "robust",
        "areas": "robust areas",
        "relicts": "species as relict",
        "phantoms": "as phantom",
    },
}
#: What an atlas says of its unit, worked out by QGIS on each page.
_FIGURES = (
    '[% format_number("robust_ha", 0) || \' ha {robust}; \' || "n_robust_areas" || '
    "' {areas}; ' || \"n_relicts\" || ' {relicts}, ' || \"n_phantoms\" || "
    "' {phantoms}' %]"
)


def layout_pages(themes, *, title, language, extent, reference_date, sources):
    """Describe the pages to print, as the template of the project wants them.

    Parameters
    ----------
    themes : sequence of dict
        Map themes with a page: title, has_atlas, and its layers (id, title, source,
        provider), the topmost first.
    title : str
        Name of the area.
    language : str
        ``nl`` or ``en``.
    extent : tuple of float
        (west, south, east, north) of the whole area [m].
    reference_date : str
        Day from which the run counts back; no clock is read.
    sources : sequence of str
        Names of the input.

    Returns
    -------
    list of dict
        Per page its name, theme, texts, extent, ids and legend; `is_atlas` for those
        with a page per reporting unit.
    """
    words = _WORDS[language]
    shared = {
        "extent": dict(
            zip(("xmin", "ymin", "xmax", "ymax"), in_frame(extent), strict=True)
        ),
        "north_arrow": base64.b64encode(NORTH_ARROW.encode()).decode(),
        "legend_title": words["legend"],
        "date": f"{words['date']} {reference_date}",
        "sources": f"{words['sources']}: {', '.join(sources)}. {words['made']}.",
    }
    pages = []
    for theme in themes:
        for is_atlas in (False, True) if theme["has_atlas"] else (False,):
            name = f"{'Atlas' if is_atlas else words['map']}: {theme['title']}"
            pages.append(
                {
                    **shared,
                    "name": name,
                    "theme": theme["title"],
                    "legend": theme["layers"],
                    "is_atlas": is_atlas,
                    "ids": {
                        part: f"{{{uuid.uuid5(uuid.NAMESPACE_OID, f'{name} {part}')}}}"
                        for part in ("page", "map", *_ITEMS)
                    },
                    "heading": theme["title"],
                    "place": f"{title}: [% @atlas_pagename %]" if is_atlas else title,
                    "figures": _FIGURES.format(**words) if is_atlas else "",
                }
            )
    return pages


_ITEMS = (
    *("heading", "place", "figures", "legend", "scale_bar", "north_arrow"),
    *("date", "sources"),
)


def in_frame(extent):
    """Widen an extent to the shape of the map on the page.

    Parameters
    ----------
    extent : tuple of float
        (west, south, east, north) [m].

    Returns
    -------
    tuple of float
        (west, south, east, north) [m], round the same middle.

    Examples
    --------
    >>> in_frame((0.0, 0.0, 600.0, 246.0))
    (0.0, -123.0, 600.0, 369.0)
    """
    west, south, east, north = extent
    _, _, width_mm, height_mm = MAP_MM
    scale = max((east - west) / width_mm, (north - south) / height_mm)
    across, up = scale * width_mm / 2, scale * height_mm / 2
    x, y = (west + east) / 2, (south + north) / 2
    return x - across, y - up, x + across, y + up
