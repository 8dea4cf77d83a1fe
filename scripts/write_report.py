"""Rule write_report: the page that people read, and the summary of the run."""

import logging
from pathlib import Path

import pandas as pd
import pyogrio

from robuust.report_page import REPORT_LAYERS, report_html
from robuust.run_summary import summary_lines
from robuust.runlog import log_to


def write_report(
    geopackage_path,
    columns_path,
    template_path,
    report_path,
    summary_path,
    *,
    title,
    language,
    results,
):
    """Read the GeoPackage; write the report and the ten lines for the screen."""
    frames = {
        name: pyogrio.read_dataframe(geopackage_path, layer=name)
        for name in REPORT_LAYERS
    }
    columns = pd.read_csv(columns_path, keep_default_na=False, encoding="utf-8-sig")
    lines = summary_lines(frames, title=title, language=language, results=results)
    page = report_html(
        Path(template_path).read_text(encoding="utf-8"),
        frames,
        columns,
        title=title,
        language=language,
        lines=lines,
    )
    Path(report_path).write_text(page, encoding="utf-8", newline="\n")
    Path(summary_path).write_text(
        "\n".join(lines) + "\n", encoding="utf-8", newline="\n"
    )
    logging.getLogger(__name__).info(
        "read %d rows, wrote a page of %d kB",
        sum(map(len, frames.values())),
        len(page) // 1000,
    )


if __name__ == "__main__":  # run by Snakemake
    log_to(snakemake.log[0])
    write_report(
        geopackage_path=snakemake.input.geopackage,
        columns_path=snakemake.input.columns,
        template_path=snakemake.input.template,
        report_path=snakemake.output.report,
        summary_path=snakemake.output.summary,
        title=snakemake.params.title,
        language=snakemake.params.language,
        results=Path(snakemake.output.report).parents[1].as_posix(),  # not staging
    )
