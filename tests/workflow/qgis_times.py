"""Open a project in the real QGIS and draw its first theme: how long, as JSON.

Run by the Python that has QGIS: ``python3 qgis_times.py RESULTS_FOLDER PICTURE.png``.
Seconds are those of the processor: the clock depends on who else is working.
"""

import json
import os
import resource
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor


def processor_s():
    """Seconds of the processor that this program has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def draw(project, layers, extent):
    """Picture of layers as on a screen."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(project.crs())
    settings.setExtent(extent)
    settings.setOutputSize(QSize(1400, 900))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


def main(folder, picture):
    """Open and draw; print what it took."""
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    project, begun = QgsProject.instance(), processor_s()
    read = project.read(str(Path(folder) / "robuust.qgz"))
    opened = processor_s()
    themes = project.mapThemeCollection()
    theme = next(name for name in themes.mapThemes() if "robuust" in name.lower())
    shown = themes.mapThemeVisibleLayers(theme)
    layers = [layer for layer in project.layerTreeRoot().layerOrder() if layer in shown]
    image = draw(
        project, layers, QgsRectangle(project.viewSettings().defaultViewExtent())
    )
    drawn = processor_s()
    image.save(picture)
    found = {
        "read": read,
        "theme": theme,
        "layers": [layer.name() for layer in layers],
        "valid": all(layer.isValid() for layer in project.mapLayers().values()),
        "open_cpu_s": round(opened - begun, 2),
        "draw_cpu_s": round(drawn - opened, 2),
    }
    project.clear()
    application.exitQgis()
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
