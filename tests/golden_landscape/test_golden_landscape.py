"""The golden landscape through the library: every verdict is the one on paper."""

import numpy as np
import pandas as pd
import pytest
from draw_golden_landscape import DRAWING, draw
from golden_land import (
    CROSSING,
    GROUPS,
    MOVES,
    NORMS,
    POLYGONS,
    REFERENCE_DATE,
    ROOT,
    SPECIES,
    SUITABILITY,
    barriers,
    habitat,
    patch_names,
    records,
)
from golden_tables import (
    expected_finds,
    expected_networks,
    expected_patches,
    expected_statuses,
)

from robuust.connectivity_tables import connectivity_tables
from robuust.network import find_links
from robuust.patches import delineate
from robuust.populations import RecordRules, choose_species, judge_populations
from robuust.robustness import CLASSES, Norms, judge
from robuust.roles import (
    one_row_per_polygon,
    parts_by_role,
    pieces,
    polygon_shares,
)
from robuust.status_rules import STATUSES, read_status_rules
from robuust_files.found_links import link_table

RULES = RecordRules(
    reference_date=REFERENCE_DATE,
    recent_years=10,
    record_tolerance_m=25,
    max_uncertainty_m=100,
    trend_period_years=5,
)


def traits_of(group):
    return dict(zip(("bundle", *MOVES), GROUPS[group], strict=True))


def delineated(group, traits):
    """Patches and members of one group, from the habitat map."""
    land = habitat()
    parts = land[["polygon_id", "code"]].assign(share=1.0, quality=1.0)
    rows = [row for row in SUITABILITY if row[1] == traits["bundle"]]
    table = pd.DataFrame(rows, columns=["code", "bundle", "suitability", "role"])
    parts = parts[parts["code"].isin(table["code"])]
    least = {"min_suitable_share": 0.1}
    shares = polygon_shares(parts, table.drop(columns="bundle"), **least)
    polygons = land[["polygon_id", "geometry"]].merge(shares, on="polygon_id")
    if traits["role_distance_m"]:
        roles = {name: traits[name] for name in ("role_distance_m", "min_neighbours")}
        near = parts_by_role(polygons.geometry, polygons, **roles, **least)
        polygons = pieces(polygons, near)
    found = delineate(
        polygons,
        barriers().geometry if CROSSING[group] < 1 else [],
        group=group,
        local_distance_m=traits["local_distance_m"],
        edge_depth_m=10,
        reproductive_unit_ha=traits["reproductive_unit_ha"],
        min_patch_ha=1,
    )
    return one_row_per_polygon(*found)


def linked(group, patches, traits):
    """Links of one group, and its patches with their network."""
    kernel = {"d0_m": traits["dispersal_median_m"], "p0": 0.5, "p_min": 1e-4}
    kernel["dispersal_max_m"] = traits["dispersal_max_m"]
    shapes = patches.geometry, barriers().geometry
    found = find_links(*shapes, [CROSSING[group]], **kernel)
    links = link_table(found, patches, group)
    tables = connectivity_tables(
        *(pd.DataFrame(t.drop(columns="geometry")) for t in (patches, links)),
        group=group,
        sweep_m=[100],
        multiples=[1],
        exponent=0.5,
        exact=False,
        distance_kind="euclidean",
        **kernel,
    )
    return links, patches.merge(tables.patches, on="patch_id")


def species_of(group):
    columns = ["group", "taxon_group", "seed_bank_years", "long_lived"]
    table = pd.DataFrame.from_dict(SPECIES, orient="index", columns=columns)
    table = table.rename_axis("species").reset_index()
    listed = pd.DataFrame({"species": [], "red_list": []}, dtype="str")
    return choose_species(table, listed, group=group)


def judged(group):
    """Patches, networks and populations of one group, with the names on paper."""
    traits = traits_of(group)
    patches, members = delineated(group, traits)
    links, patches = linked(group, patches, traits)
    per_unit = {"reproductive_unit_ha": traits["reproductive_unit_ha"]}
    patches, networks = judge(
        patches,
        Norms(**NORMS),
        dispersal_max_m=traits["dispersal_max_m"],
        **per_unit,
    )
    status_rules = pd.read_csv(ROOT / "config" / "status_rules.csv", dtype="str")
    populations = judge_populations(
        species_of(group),
        patches,
        links,
        records(),
        norms=Norms(**NORMS),
        rules=RULES,
        status_rules=read_status_rules(status_rules),
        **per_unit,
    )
    names = patch_names(group, members)
    patches, populations = (
        table.assign(patch=table["patch_id"].map(names))
        for table in (patches, populations)
    )
    return patches, populations, networks


@pytest.fixture(scope="module")
def found():
    """Patches, populations and networks of all groups."""
    per_group = zip(*(judged(group) for group in GROUPS), strict=True)
    return [pd.concat(tables, ignore_index=True) for tables in per_group]


def test_the_patches_are_those_on_paper(found):
    patches, expected = found[0].set_index("patch"), expected_patches()
    assert sorted(patches.index) == sorted(expected.index)
    patches = patches.loc[expected.index]
    assert patches["group"].tolist() == expected["group"].tolist()
    assert patches["area_ha"].to_numpy() == pytest.approx(expected["area [ha]"])
    assert patches["capacity_ru"].to_numpy() == pytest.approx(expected["RU"])


def test_every_patch_has_its_class(found):
    patches, expected = found[0].set_index("patch"), expected_patches()
    assert patches["class"].to_dict() == expected["class"].to_dict()


def test_the_networks_add_up_as_on_paper(found):
    networks, expected = found[2], expected_networks()
    networks = networks[networks["network_id"].str.startswith("heath_life-")]
    columns = ["capacity_ru", "norm_ru", "viable"]
    rows = zip(*(networks[name] for name in columns), strict=True)
    paper = zip(
        expected["total [RU]"],
        expected["norm [RU]"],
        expected["viable"] == "yes",
        strict=True,
    )
    assert sorted((round(a, 9), b, c) for a, b, c in rows) == sorted(paper)
    for text, total in zip(
        expected["sum of its patches [RU]"], expected["total [RU]"], strict=True
    ):
        terms = [np.prod([int(n) for n in t.split("x")]) for t in text.split("+")]
        assert sum(terms) == total


def test_every_species_has_its_status_at_every_patch(found):
    populations = found[1].set_index(["species", "patch"])["status"]
    assert populations.to_dict() == expected_statuses().to_dict()


def test_the_tables_on_paper_agree_with_each_other():
    statuses = expected_statuses().to_dict()
    finds = expected_finds().to_dict()
    assert {place: statuses[place] for place in finds} == finds
    by_record = ("viable", "relict", "phantom", "dormant", "unsearched", "lost")
    assert {p for p, status in statuses.items() if status in by_record} == set(finds)


def test_every_class_and_every_status_is_decided():
    assert set(expected_patches()["class"]) == set(CLASSES)
    assert set(expected_statuses()) == set(STATUSES)
    assert len(POLYGONS) >= 24
    assert len(records()) >= 24


def test_the_drawing_in_the_documents_is_the_one_that_the_script_makes():
    assert DRAWING.read_text(encoding="utf-8") == draw(), (
        "draw it again, as draw_golden_landscape.py says, and look at it"
    )
