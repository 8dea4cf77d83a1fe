"""The tables of docs/golden_landscape.md: what was decided on paper."""

import pandas as pd
from golden_land import ROOT

PAGE = ROOT / "docs" / "golden_landscape.md"


def tables():
    """Every table of the page as text, found by its columns.

    Returns
    -------
    dict of tuple of str to DataFrame
        Key: the names of the columns. Marks of code and of species are left out.
    """
    found, rows = {}, []
    for line in [*PAGE.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("|"):
            cells = line.strip().strip("|").split("|")
            rows.append([cell.strip().strip("`*") for cell in cells])
        elif rows:
            found[tuple(rows[0])] = pd.DataFrame(rows[2:], columns=rows[0])
            rows = []
    return found


def expected_patches():
    """Per patch: group, area [ha], RU, class."""
    (table,) = (t for names, t in tables().items() if names[:2] == ("group", "patch"))
    table = table.set_index("patch")[["group", "area [ha]", "RU", "class"]]
    return table.astype({"area [ha]": float, "RU": float})


def expected_networks():
    """Total [RU], norm [RU] and viable, in the order of the page."""
    (table,) = (t for names, t in tables().items() if names[0] == "network")
    table = table[["sum of its patches [RU]", "total [RU]", "norm [RU]", "viable"]]
    return table.astype({"total [RU]": float, "norm [RU]": float})


def expected_statuses():
    """Status per species and patch."""
    wide = [t for names, t in tables().items() if names[0] == "patch"]
    long = pd.concat(t.melt("patch", var_name="species") for t in wide)
    long = long[long["value"] != ""]
    return long.set_index(["species", "patch"])["value"].sort_index()


def expected_history():
    """Habitat in reach then and now [ha] and the share left, per patch of heath."""
    (table,) = (t for names, t in tables().items() if names[0] == "habitat round")
    return table.set_index("habitat round")[["then [ha]", "now [ha]", "left"]].astype(
        float
    )


def expected_finds():
    """Patch and status of each species where a record makes it."""
    (table,) = (t for n, t in tables().items() if n[:3] == ("species", "where", "when"))
    patch = table["where"].str.split().str[-1]
    return table.assign(patch=patch).set_index(["species", "patch"])["status"]
