"""Rule write_report: the page that people read, its maps as pictures, ten lines."""

import logging
from importlib import metadata, resources
from pathlib import Path

import pandas as pd
import pyogrio
import resvg_py

from robuust.map_pictures import map_picture
from robuust.province_sheets import told_units
from robuust.question_maps import PER_GROUP, QUESTION_MAPS
from robuust.report_page import REPORT_LAYERS, report_html
from robuust.run_summary import summary_lines
from robuust.runlog import log_to
from robuust.sheet_names import unit_sheet_names
from robuust.trend_drawing import trend_pictures

#: Of the PNG pictures [pixels]: a slide; a larger one is drawn from the SVG.
PICTURE_WIDTH = 1280
#: The package that brings the map library Leaflet, with its licence.
MAP_LIBRARY = "django-js-lib-leaflet"


def write_report(paths, report_path, summary_path, pictures_folder, **words):
    """Read the GeoPackage; write the report, its pictures and the ten lines.

    `paths` are the GeoPackage, the column descriptions, the templates of page and
    picture and the `assets` of the page. `words` are title, language, reference_date,
    results (the folder as the reader sees it) and sheets (file name by species).
    """
    columns = pd.read_csv(paths["columns"], keep_default_na=False, encoding="utf-8-sig")
    named = {key: words[key] for key in ("title", "language")}
    frames = read_frames(paths["geopackage"], columns, words["language"])
    lines = summary_lines(frames, results=words["results"], **named)
    units = unit_sheet_names(told_units(frames))
    assets = read_assets(paths["assets"])
    page = report_html(
        Path(paths["template"]).read_text(encoding="utf-8"),
        frames,
        columns,
        lines=lines,
        assets=assets,
        sheets=words["sheets"],
        unit_sheets={" ".join(unit): name for unit, name in units.items()},
        **named,
    )
    write_text(report_path, page)
    write_text(summary_path, "\n".join(lines) + "\n")
    pictures = draw_pictures(
        Path(paths["picture_template"]).read_text(encoding="utf-8"),
        assets["trend.svg.j2"],
        frames,
        reference_date=words["reference_date"],
        **named,
    )
    write_pictures(Path(pictures_folder), pictures)
    logging.getLogger(__name__).info(
        "read %d rows, wrote a page of %d kB and %d pictures",
        sum(map(len, frames.values())),
        len(page) // 1000,
        len(pictures),
    )


def read_frames(geopackage, columns, language):
    """Read the layers of the report, but for long texts that it does not show."""
    other = "en" if language == "nl" else "nl"
    unshown = ("original", "other_geometry", "rule_values", f"reason_{other}")
    shown = columns[~columns["column"].isin(unshown)].groupby("layer")["column"]
    return {
        name: pyogrio.read_dataframe(
            geopackage, layer=name, columns=shown.get_group(name).tolist()
        )
        for name in REPORT_LAYERS
    }


def draw_pictures(template, trend_template, frames, *, language, **words):
    """Draw the map of each question and, from two runs on, the trends: SVG by name."""
    groups = frames["group_summary"][["group", f"name_{language}"]].to_numpy().tolist()
    maps = {
        question.slug: map_picture(
            template,
            question,
            frames,
            groups=groups if question.slug == PER_GROUP else (),
            language=language,
            **words,
        )
        for question in QUESTION_MAPS
    }
    trends = trend_pictures(trend_template, frames["history"], language, dict(groups))
    return maps | {trend["slug"]: trend["svg"] for trend in trends}


def write_pictures(folder, pictures):
    """Write pictures as SVG and, drawn with our own font, as PNG."""
    folder.mkdir(parents=True, exist_ok=True)
    fonts = resources.files("font_source_sans_pro") / "files"
    files = [str(fonts / f"SourceSansPro-{face}.ttf") for face in ("Regular", "Bold")]
    for name, picture in pictures.items():
        write_text(folder / f"{name}.svg", picture)
        png = resvg_py.svg_to_bytes(
            svg_string=picture,
            width=PICTURE_WIDTH,
            font_files=files,
            skip_system_fonts=True,
            background="white",
        )
        (folder / f"{name}.png").write_bytes(bytes(png))


def write_text(path, text):
    """Write text with the same line ends on every system."""
    Path(path).write_text(text, encoding="utf-8", newline="\n")


def read_assets(paths):
    """Read the style and scripts of the page, and the map library as installed."""
    texts = {Path(path).name: Path(path).read_text(encoding="utf-8") for path in paths}
    library = resources.files("js_lib_leaflet") / "static" / "js_lib_leaflet"
    for name in ("leaflet.js", "leaflet.css"):
        texts[name] = (library / name).read_text(encoding="utf-8")
    texts["LICENSE"] = metadata.distribution(MAP_LIBRARY).read_text("LICENSE")
    return texts


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    write_report(
        dict(snakemake.input.items()),
        snakemake.output.report,
        snakemake.output.summary,
        snakemake.output.pictures,
        title=snakemake.params.title,
        language=snakemake.params.language,
        reference_date=snakemake.params.reference_date,
        sheets=snakemake.params.sheets,
        results=Path(snakemake.output.report).parents[1].as_posix(),  # not staging
    )
