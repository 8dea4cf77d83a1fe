"""Styles that a cartographer saved from QGIS, put over those that a run makes."""

import re
from difflib import get_close_matches
from html import unescape
from xml.etree import ElementTree

import defusedxml.ElementTree

from robuust.layer_styles import (
    GEOMETRY_CODES,
    NAMED_STYLES,
    RASTERS,
    STYLES,
    style_qml,
)

DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_GEOMETRY_WORDS = {"0": "points", "1": "lines", "2": "areas"}


def style_names():
    """Names that a style file may have: a layer, ``layer.style``, or a raster."""
    further = [f"{layer}.{key}" for layer, keys in NAMED_STYLES.items() for key in keys]
    return (*STYLES, *further, *RASTERS)


def saved_style_problem(name, text):
    """Say why QGIS could not use a style file for its layer.

    Parameters
    ----------
    name : str
        Name of the file without its ending.
    text : str
        The QML document.

    Returns
    -------
    str
        What was found and what to do: no layer has this name, the text is no QGIS
        style, or it is one for another kind of layer. Empty when all is well.
    """
    names = style_names()
    if name not in names:
        near = get_close_matches(name, names, n=1)
        meant = f"is it {near[0]}.qml?" if near else "name it after its layer"
        return f"this is the style of no layer; {meant}"
    try:
        root = defusedxml.ElementTree.fromstring(text)
    except (ElementTree.ParseError, defusedxml.DefusedXmlException) as error:
        return f"this is no XML ({error}); save it from QGIS again, or remove it"
    if root.tag != "qgis":
        return "this is no QGIS style; save it from QGIS again, or remove it"
    if (root.find("pipe") is not None) != (name in RASTERS):
        kind = "a raster" if name in RASTERS else "a vector layer"
        return f"this is not the style of {kind}; remove it"
    found = root.findtext("layerGeometryType")
    if found is None or name in RASTERS:
        return ""
    wanted = GEOMETRY_CODES[STYLES[name.partition(".")[0]].geometry]
    if found != str(wanted):
        drawn = _GEOMETRY_WORDS.get(found, "a table")
        holds = _GEOMETRY_WORDS[str(wanted)]
        return f"this is a style for {drawn}, and the layer holds {holds}; remove it"
    return ""


def put_over(made, saved):
    """Put a style saved from QGIS over the one that the run made.

    Parameters
    ----------
    made : str
        QML with everything: how it is drawn, and headings, words and forms.
    saved : str
        QML with what somebody saved of it: all of it, or only some categories.

    Returns
    -------
    str
        What the saved style says, and for whatever it is silent on what the run made.

    Examples
    --------
    >>> made = put_over("<qgis><x/><y/></qgis>", '<qgis><y z="4"/></qgis>')
    >>> style_parts(made)["body"]
    '<x /><y z="4" />'
    """
    root = defusedxml.ElementTree.fromstring(made)
    over = defusedxml.ElementTree.fromstring(saved)
    root.attrib.update(over.attrib)
    root.set("styleCategories", "AllStyleCategories")  # together they are complete
    said = {child.tag for child in over}
    kept = [child for child in root if child.tag not in said]
    root[:] = [*kept, *over]
    return DOCTYPE + ElementTree.tostring(root, encoding="unicode")


def style_parts(qml):
    """Take a style document apart, to stand inside a layer of a project.

    Parameters
    ----------
    qml : str
        The QML document; any that a cartographer saved from QGIS will do.

    Returns
    -------
    dict
        `attributes` of the root element, which the element of the layer takes over,
        and `body`: the XML inside it.

    Raises
    ------
    ValueError
        If the text has no <qgis> element.
    """
    found = re.search(r"<qgis\b([^>]*)>(.*)</qgis>", qml, flags=re.DOTALL)
    if found is None:
        raise ValueError("this is no QGIS style: it has no <qgis> element")
    pairs = re.findall(r"([\w:-]+)\s*=\s*[\"']([^\"']*)[\"']", found[1])
    return {
        "attributes": {
            name: unescape(value) for name, value in pairs if name != "version"
        },
        "body": found[2].strip(),
    }


def styles_of_layer(template, layer, columns, language, *, run, groups, saved):
    """Write the styles of one layer: its own and further ones, or the headings alone.

    Parameters
    ----------
    template, layer, columns, language, run, groups
        See `robuust.layer_styles.style_qml`.
    saved : dict of str to str
        QML that somebody saved, by layer or ``layer.style``; see `put_over`.

    Returns
    -------
    dict of str to str
        QML by layer or ``layer.style``.
    """
    styles = {}
    for named in (None, *NAMED_STYLES.get(layer.name, ())):
        key = f"{layer.name}.{named}" if named else layer.name
        styles[key] = style_qml(
            *(template, layer, columns, language),
            run=run,
            groups=groups,
            named=named,
        )
        if key in saved:
            styles[key] = put_over(styles[key], saved[key])
    return styles
