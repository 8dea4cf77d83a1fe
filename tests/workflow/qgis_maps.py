"""Draw every theme and print every page of a results folder in the real QGIS.

Run by the Python that has QGIS: ``python3 qgis_maps.py RESULTS_FOLDER PICTURES``. Opens
the project that is stored in the GeoPackage; tells what it found, as JSON.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsLayoutExporter,
    QgsMapLayer,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsRenderContext,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def draw_theme(project, name, picture):
    """Draw one map theme without letters, which differ between computers."""
    themes = project.mapThemeCollection()
    drawn = themes.mapThemeVisibleLayers(name)
    settings = QgsMapSettings()
    settings.setLayers([x for x in project.layerTreeRoot().layerOrder() if x in drawn])
    settings.setLayerStyleOverrides(themes.mapThemeStyleOverrides(name))
    settings.setDestinationCrs(project.crs())
    settings.setExtent(QgsRectangle(project.viewSettings().defaultViewExtent()))
    settings.setOutputSize(QSize(400, 300))
    settings.setBackgroundColor(QColor("white"))
    settings.setFlag(QgsMapSettings.DrawLabeling, False)
    started = time.monotonic()
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(str(picture))
    return {
        "layers": [x.id().removeprefix("robuust_") for x in settings.layers()],
        "errors": [error.message for error in job.errors()],
        "seconds": time.monotonic() - started,
    }


def print_page(layout, path):
    """Print a page, or an atlas, to PDF with letters as letters."""
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.textRenderFormat = QgsRenderContext.TextFormatAlwaysText
    atlas = layout.atlas()
    if atlas.enabled():
        result, error = QgsLayoutExporter.exportToPdf(atlas, str(path), settings)
    else:
        result = QgsLayoutExporter(layout).exportToPdf(str(path), settings)
        error = ""
    return {
        "path": str(path),
        "is_done": result == QgsLayoutExporter.Success,
        "error": error,
        "n_pages": atlas.count() if atlas.enabled() else 1,
    }


def save_styles(project, folder):
    """Do as a cartographer: draw key patches in another colour and save the style."""
    layer = project.mapLayer("robuust_patches")
    renderer = layer.renderer().clone()
    place = renderer.categoryIndexForValue("key")
    categories = renderer.categories()  # kept, or their symbols go with them
    symbol = categories[place].symbol().clone()
    symbol.setColor(QColor("#00ff00"))
    renderer.updateCategorySymbol(place, symbol)
    layer.setRenderer(renderer)
    saved = {}
    for name, categories in (
        ("drawing", QgsMapLayer.Symbology | QgsMapLayer.Rendering),
        ("everything", QgsMapLayer.AllStyleCategories),
    ):
        path = folder / name / "patches.qml"
        path.parent.mkdir()
        message, is_saved = layer.saveNamedStyle(str(path), categories)
        saved[name] = [is_saved, message]
    return saved


def main(folder, pictures):
    """Open, draw, print and save; tell it as JSON."""
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    messages = []

    def note(text, tag, level):
        messages.append(f"{tag}: {text} (level {level})")

    QgsApplication.messageLog().messageReceived.connect(note)
    project = QgsProject.instance()
    started = time.monotonic()
    address = f"geopackage:{folder / 'robuust.gpkg'}?projectName=robuust"
    facts = {"read": project.read(address), "read_seconds": time.monotonic() - started}
    facts["invalid"] = [x.id() for x in project.mapLayers().values() if not x.isValid()]
    facts["bookmarks"] = [
        [b.group(), b.name(), b.extent().xMinimum(), b.extent().crs().authid()]
        for b in project.bookmarkManager().bookmarks()
    ]
    names = project.mapThemeCollection().mapThemes()
    facts["themes"] = {
        name: draw_theme(project, name, pictures / f"theme_{place}.png")
        for place, name in enumerate(names)
    }
    facts["pages"] = {
        layout.name(): print_page(layout, pictures / f"page_{place}.pdf")
        for place, layout in enumerate(project.layoutManager().printLayouts())
    }
    facts["saved"] = save_styles(project, pictures)
    facts["messages"] = messages
    print(json.dumps(facts))
    project.clear()
    application.exitQgis()


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), Path(sys.argv[2]).absolute())
