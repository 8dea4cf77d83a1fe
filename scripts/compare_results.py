"""Command `make compare`: set any two results folders beside each other.

python scripts/compare_results.py OLD NEW [OUT]
"""

import sys
from pathlib import Path

import pandas as pd

from robuust.comparison_page import (
    common_groups,
    comparison_html,
    comparison_lines,
    comparison_remarks,
)
from robuust.run_comparison import compare
from robuust_files.comparison_files import write_comparison
from robuust_files.published_runs import find_package, read_run, read_settings

HOME = Path(__file__).resolve().parents[1]
TEMPLATES = HOME / "workflow" / "templates"
USAGE = "usage: make compare OLD=results/before NEW=results/now [OUT=folder]"


def compare_results(old, new, out=None):
    """Read two published runs, write what differs, and say it in ten lines.

    Parameters
    ----------
    old, new : str
        Results folders, or the robuust.gpkg in them.
    out : str, optional
        Folder for the files; ``results/compare_<old>_<new>`` without.

    Returns
    -------
    list of (str, str)
        Heading and text, in the language of the new results.
    """
    old_path = find_package(old, called="OLD")
    new_path = find_package(new, called="NEW")
    settings = read_settings(new_path, called="NEW")
    language = settings["language"]
    now = read_run(new_path, called="NEW")
    before, old_crs = read_old(old_path, now["patches"].crs)
    groups = common_groups(before["group_summary"], now["group_summary"])
    sensitive = sensitive_species(settings)
    compared = compare(before, now, groups=groups[0], sensitive=sensitive)
    areas = [path.absolute().parent.name for path in (old_path, new_path)]
    out = Path(out or f"results/compare_{'_'.join(areas)}")
    out.mkdir(parents=True, exist_ok=True)
    crs = now["patches"].crs
    remarks = comparison_remarks(
        before | {"crs": old_crs.to_string()},
        now | {"crs": crs.to_string()},
        groups,
        language,
    )
    lines = comparison_lines(
        compared,
        old=str(old),
        new=str(new),
        out=out.as_posix(),
        groups=groups[0],
        remarks=remarks,
        language=language,
    )
    title = f"{settings[f'title_{language}']}: {' → '.join(areas)}"
    names = now["group_summary"].set_index("group")[f"name_{language}"].to_dict()
    write_files(compared, out, lines, crs, title, language=language, names=names)
    return lines


def read_old(path, crs):
    """Read the old run in the reference system of the new one; tell its own too."""
    run = read_run(path, called="OLD")
    own = run["patches"].crs
    return (run if own == crs else read_run(path, called="OLD", crs=crs)), own


def write_files(compared, out, lines, crs, title, *, language, names):
    """Write the GeoPackage, the tables and the page."""
    columns = pd.read_csv(
        HOME / "config" / "output_columns.csv",
        keep_default_na=False,
        encoding="utf-8-sig",
    )
    write_comparison(
        compared,
        out,
        columns,
        (TEMPLATES / "layer_style.qml.j2").read_text(encoding="utf-8"),
        crs=crs,
        language=language,
        names=names,
    )
    page = comparison_html(
        (TEMPLATES / "comparison.html.j2").read_text(encoding="utf-8"),
        compared,
        lines,
        columns,
        title=title,
        language=language,
    )
    (out / "comparison.html").write_text(page, encoding="utf-8", newline="\n")


def sensitive_species(settings):
    """Find the sensitive species in stored settings, where sections are flattened."""
    start = "sensitive_species."
    return {
        key.removeprefix(start): float(value)
        for key, value in settings.items()
        if key.startswith(start)
    }


def main(arguments):
    """Print the ten lines; an exit code other than 0 when nothing was compared."""
    old, new, out = [*arguments, "", "", ""][:3]
    if not (old and new) or len(arguments) > 3:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        lines = compare_results(old, new, out)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    width = 2 + max(len(heading) for heading, _ in lines)
    for heading, text in lines:
        print(f"{heading + ':':<{width}}{text}")
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))
