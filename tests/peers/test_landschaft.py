"""The same figures from landschaft, on landscapes made for the test.

landschaft (PyPI, C++) is GPL-3. It is installed for tests alone and only called here:
nothing of it is copied, and the product never imports it (the last tests see to it).
Its convention "conefor" counts patches that nothing joins as we do. Compared without a
limit on paths, because the limits differ: ours takes p* below it as zero, Conefor's
lets one more link follow.
"""

import re
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from robuust.connectivity import connectivity_totals
from robuust.hops import integral_index_of_connectivity, patch_importance_by_hops
from robuust.importance import patch_importance
from robuust.link_importance import link_importance
from robuust.network import components

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def landschaft():
    return pytest.importorskip(
        "landschaft", reason="NOT CHECKED against landschaft: it is not installed"
    )


def landscape(seed, n, reach):
    """Patches scattered in clumps; links up to a reach, chance one half at 1."""
    random = np.random.default_rng(seed)
    centre = random.random((n // 8 + 1, 2)) * np.sqrt(n)
    xy = centre[random.integers(0, len(centre), n)] + random.normal(0, 0.8, (n, 2))
    distance = np.linalg.norm(xy[:, None] - xy, axis=2)
    a, b = np.nonzero(np.triu(distance <= reach, 1))
    return random.lognormal(0, 1, n), a, b, 0.5 ** distance[a, b]


CASES = [landscape(1, 120, 1.2), landscape(2, 200, 2.5), landscape(3, 60, 99)]


@pytest.fixture(params=CASES, ids=["in pieces", "joined", "every pair linked"])
def case(request):
    return request.param


def graph_of(landschaft, case, kind):
    capacity, a, b, chance = case
    links = pd.DataFrame(
        {"from": a + 1, "to": b + 1, "value": chance if kind != "link" else 1.0}
    )
    return landschaft.HabitatGraph(
        capacity, links, kind=kind, convention="conefor", landscape_area=1.0
    )


def test_pcnum_is_theirs(landschaft, case):
    theirs = graph_of(landschaft, case, "probability").overall("PC", pij_min=0)
    ours = connectivity_totals(*case, p_min=0)
    assert ours.pcnum == pytest.approx(theirs["PCnum"][0], rel=1e-9)
    for part in ("intra", "direct", "step"):
        percent = 100 * getattr(ours, part) / ours.pcnum
        assert percent == pytest.approx(theirs[f"PC{part}(%)"][0], abs=1e-9)


def test_dpc_and_its_parts_are_theirs(landschaft, case):
    graph = graph_of(landschaft, case, "probability")
    theirs = graph.node_importance(["PC", "BCPC"], pij_min=0)
    ours = patch_importance(*case, p_min=0)
    for part in ("", "intra", "flux", "connector"):
        column = ours[f"dpc_{part}" if part else "dpc"]
        np.testing.assert_allclose(column, theirs[f"dPC{part}"], rtol=1e-9, atol=1e-9)
    between = theirs["varBC_PC"]
    np.testing.assert_allclose(ours["betweenness"], between, rtol=1e-9, atol=1e-9)


def test_the_importance_of_links_is_theirs(landschaft, case):
    graph = graph_of(landschaft, case, "probability")
    theirs = graph.link_importance("PC", pij_min=0)
    removal = {
        (i - 1, j - 1): value
        for i, j, value in theirs[["from", "to", "dPC_removal"]].to_numpy()
    }
    ours = link_importance(*case, p_min=0)
    expected = [removal[link] for link in zip(case[1], case[2], strict=True)]
    np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-9)


def test_iic_and_diic_are_theirs(landschaft, case):
    graph = graph_of(landschaft, case, "link")
    capacity, a, b, _ = case
    iicnum = integral_index_of_connectivity(capacity, a, b)
    assert iicnum == pytest.approx(graph.overall("IIC")["IICnum"][0], rel=1e-9)
    theirs = graph.node_importance("IIC")
    ours = patch_importance_by_hops(capacity, a, b)
    for part in ("", "intra", "flux", "connector"):
        column = ours[f"diic_{part}" if part else "diic"]
        np.testing.assert_allclose(column, theirs[f"dIIC{part}"], rtol=1e-9, atol=1e-9)


def test_the_number_of_components_is_theirs(landschaft, case):
    theirs = graph_of(landschaft, case, "link").overall("NC")["NC"][0]
    assert components(case[0].size, case[1], case[2]).max() + 1 == theirs


def test_the_product_never_imports_landschaft():
    code = [*ROOT.glob("scripts/**/*.py"), *ROOT.glob("workflow/**/*.smk")]
    code += [ROOT / "workflow" / "Snakefile"]
    assert len(code) > 100
    named = [
        path.relative_to(ROOT)
        for path in code
        if re.search(r"\blandschaft\b", path.read_text(encoding="utf-8"))
    ]
    assert named == []


def test_who_only_uses_the_product_does_not_install_landschaft():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert not any("landschaft" in name for name in project["project"]["dependencies"])
    assert "landschaft" not in (ROOT / "requirements.txt").read_text(encoding="utf-8")
    environment = (ROOT / "workflow" / "envs" / "robuust.yaml").read_text("utf-8")
    assert "landschaft" not in environment
