"""Open a results folder in the real QGIS and tell what it finds, as JSON.

Run by the Python that has QGIS; a picture and layer names are optional:
``python3 qgis_checks.py RESULTS_FOLDER PICTURE.png LAYER ...``
"""

import json
import os
import sqlite3
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def short(layer_id):
    """Name of a layer in the GeoPackage, from its id in the project."""
    return layer_id.removeprefix("robuust_")


def project_facts(folder, messages):
    """What QGIS makes of the project: title, extent, tree, and each layer."""
    project = QgsProject.instance()
    read = project.read(str(folder / "robuust.qgz"))
    extent = project.viewSettings().defaultViewExtent()
    return {
        "read": read,
        "error": project.error(),
        "messages": list(messages),
        "title": project.title(),
        "crs": project.crs().authid(),
        "extent": [
            extent.xMinimum(),
            extent.yMinimum(),
            extent.xMaximum(),
            extent.yMaximum(),
        ],
        "branches": [
            {
                "title": group.name(),
                "drawn": group.itemVisibilityChecked(),
                "inside": [part.name() for part in group.findGroups()],
                "layers": [short(node.layerId()) for node in group.findLayers()],
            }
            for group in project.layerTreeRoot().findGroups()
        ],
        "layers": {
            short(name): layer_facts(layer)
            for name, layer in project.mapLayers().items()
        },
    }


def layer_facts(layer):
    """What QGIS makes of one layer: is it valid, how is it drawn, what is in it."""
    facts = {
        "name": layer.name(),
        "valid": layer.isValid(),
        "crs": layer.crs().authid(),
        "source": layer.source(),
    }
    if isinstance(layer, QgsRasterLayer):
        return facts | {"renderer": layer.renderer().type()}
    renderer = layer.renderer()
    facts |= {
        "count": layer.featureCount(),
        "aliases": {f.name(): f.alias() for f in layer.fields()},
        "renderer": renderer.type() if renderer else None,
        "map_tip": layer.mapTipTemplate(),
        "form": [
            [box.name(), [field.name() for field in box.children()]]
            for box in layer.editFormConfig().tabs()
        ],
        "table": [
            column.name
            for column in layer.attributeTableConfig().columns()
            if not column.hidden
        ],
        "shown": words_of_first_row(layer),
        "styles": layer.styleManager().styles(),
        "visible_from": layer.minimumScale() if layer.hasScaleBasedVisibility() else 0,
        "is_labelled": layer.labelsEnabled(),
    }
    if renderer and renderer.type() == "categorizedSymbol":
        facts["legend"] = {
            c.value(): [c.label(), c.symbol().color().name()]
            for c in renderer.categories()
        }
        facts["undrawn"] = undrawn_rows(layer, renderer)
    if renderer and renderer.type() == "graduatedSymbol":
        facts["legend"] = {
            r.label(): [r.lowerValue(), r.symbol().color().name()]
            for r in renderer.ranges()
        }
        facts["undrawn"] = undrawn_rows(layer, renderer)
    return facts


def words_of_first_row(layer):
    """What a table shows in the first row of a layer, by column."""
    feature = next(layer.getFeatures(), None)
    if feature is None:
        return {}
    shown = {}
    for index, field in enumerate(layer.fields()):
        setup = layer.editorWidgetSetup(index)
        formatter = QgsApplication.fieldFormatterRegistry().fieldFormatter(setup.type())
        value = feature.attribute(index)
        shown[field.name()] = formatter.representValue(
            layer, index, setup.config(), None, value
        )
    return shown


def undrawn_rows(layer, renderer):
    """Rows that no legend entry but "other" draws, or that none draws at all."""
    from qgis.core import QgsExpressionContextUtils, QgsRenderContext

    context = QgsRenderContext()
    scopes = QgsExpressionContextUtils.globalProjectLayerScopes(layer)
    context.expressionContext().appendScopes(scopes)
    context.expressionContext().setFields(layer.fields())
    renderer = renderer.clone()
    renderer.startRender(context, layer.fields())
    undrawn = 0
    is_categorized = renderer.type() == "categorizedSymbol"
    categories = renderer.categories() if is_categorized else []
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        keys = renderer.legendKeysForFeature(feature, context)
        last = str(len(renderer.legendSymbolItems()) - 1)
        other = is_categorized and not categories[-1].value() and last in keys
        undrawn += not keys or other
    renderer.stopRender(context)
    return undrawn


def styles_by_default(folder):
    """How each layer of the GeoPackage is drawn when it is dragged into QGIS."""
    path = folder / "robuust.gpkg"
    with sqlite3.connect(path) as connection:
        names = [
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"
            )
        ]
    connection.close()
    found = {}
    for name in names:
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        message, loaded = layer.loadDefaultStyle()
        found[name] = {
            "valid": layer.isValid(),
            "loaded": loaded,
            "message": message,
            "renderer": layer.renderer().type() if layer.renderer() else None,
            "aliases": {f.name(): f.alias() for f in layer.fields()},
        }
    return found


def render(folder, picture, layer_ids=None):
    """Draw the project as it opens and save the picture; the share of drawn pixels."""
    project = QgsProject.instance()
    settings = QgsMapSettings()
    if layer_ids:
        layers = [project.mapLayer(f"robuust_{name}") for name in layer_ids]
    else:
        layers = project.layerTreeRoot().checkedLayers()
    settings.setLayers(layers)
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(project.crs()))
    settings.setExtent(QgsRectangle(project.viewSettings().defaultViewExtent()))
    settings.setOutputSize(QSize(900, 700))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(str(picture))
    width, height = image.width(), image.height()
    drawn = sum(
        image.pixelColor(x, y).name() != "#ffffff"
        for x in range(0, width, 5)
        for y in range(0, height, 5)
    )
    return {
        "layers": [short(layer.id()) for layer in layers],
        "errors": [error.message for error in job.errors()],
        "drawn_share": drawn / (len(range(0, width, 5)) * len(range(0, height, 5))),
    }


def main(folder, picture, layer_ids):
    """Check the folder and print what was found."""
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    messages = []

    def note(text, tag, level):
        messages.append(f"{tag}: {text} (level {level})")

    QgsApplication.messageLog().messageReceived.connect(note)
    facts = {"project": project_facts(folder, messages)}
    facts["default_styles"] = styles_by_default(folder)
    if picture:
        facts["picture"] = render(folder, picture, layer_ids)
    facts["messages"] = messages
    print(json.dumps(facts, default=str))
    QgsProject.instance().clear()
    application.exitQgis()


if __name__ == "__main__":
    main(
        Path(sys.argv[1]).absolute(),
        sys.argv[2] if len(sys.argv) > 2 else None,
        sys.argv[3:],
    )
