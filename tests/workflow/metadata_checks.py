"""Tell what the real QGIS, and OWSLib, read in metadata, as JSON.

Run by the Python that has QGIS: ``python3 metadata_checks.py FOLDER``, a folder with
robuust.gpkg, grid.tif, grid.qmd and grid.xml.
"""

import json
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from lxml import etree
from owslib.iso import MD_Metadata
from qgis.core import QgsApplication, QgsRasterLayer, QgsVectorLayer


def shown(layer):
    """What the layer properties of QGIS show."""
    found = layer.metadata()
    extent = found.extent()
    return {
        "valid": layer.isValid(),
        "title": found.title(),
        "abstract": found.abstract(),
        "identifier": found.identifier(),
        "parent": found.parentIdentifier(),
        "language": found.language(),
        "keywords": found.keywords(),
        "history": found.history(),
        "licences": found.licenses(),
        "contacts": [[c.organization, c.email, c.role] for c in found.contacts()],
        "links": [link.url for link in found.links()],
        "crs": found.crs().authid(),
        "boxes": [
            [box.extentCrs.authid(), box.bounds.xMinimum(), box.bounds.yMaximum()]
            for box in extent.spatialExtents()
        ],
        "dates": [
            time.begin().toString("yyyy-MM-dd") for time in extent.temporalExtents()
        ],
    }


def read_by_owslib(path):
    """What another reader of ISO 19139 finds."""
    warnings.simplefilter("ignore")
    found = MD_Metadata(etree.parse(str(path)))
    about = found.identification
    return {
        "identifier": found.identifier,
        "title": about.title,
        "abstract": about.abstract,
        "crs": found.referencesystem.code,
        "date": found.datestamp,
        "west": float(about.bbox.minx),
        "organisations": [contact.organization for contact in found.contact],
        "lineage": found.dataquality.lineage,
    }


def main(folder):
    """Print all facts."""
    application = QgsApplication([], False)
    application.initQgis()
    vector = QgsVectorLayer(f"{folder}/robuust.gpkg|layername=patches", "p", "ogr")
    raster = QgsRasterLayer(f"{folder}/grid.tif", "grid")
    raster.loadDefaultMetadata()  # as QGIS does for a raster that somebody adds
    facts = {
        "layer": shown(vector),
        "raster": shown(raster),
        "owslib": read_by_owslib(folder / "grid.xml"),
    }
    print(json.dumps(facts))
    del vector, raster
    application.exitQgis()


main(Path(sys.argv[1]))
