"""The golden landscape through the real workflow, from files to populations."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

GOLDEN = Path(__file__).parents[1] / "golden_landscape"


@pytest.fixture(scope="module")
def paper():
    """Modules of the golden landscape: its inputs, its names, what must come of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(GOLDEN)
        import golden_inputs
        import golden_land
        import golden_tables

        yield golden_inputs, golden_land, golden_tables


@pytest.fixture(scope="module")
def results(run_pipeline, tmp_path_factory, paper):
    """Patches and populations of all groups, with the names on paper."""
    inputs, land, _ = paper
    folder = tmp_path_factory.mktemp("golden")
    settings = inputs.write_inputs(folder)
    wanted = [f"results/golden/{group}/populations.parquet" for group in land.GROUPS]
    run = run_pipeline(folder, settings, *wanted)
    assert run.code == 0, run.screen[-4000:]
    found = {"verdicts": [], "populations": []}
    for group in land.GROUPS:
        place = folder / "results" / "golden" / group
        members = pd.read_parquet(place / "patch_polygons.parquet")
        names = land.patch_names(group, members)
        for name, tables in found.items():
            table = gpd.read_parquet(place / f"{name}.parquet")
            tables.append(table.assign(patch=table["patch_id"].map(names)))
    return {name: pd.concat(tables) for name, tables in found.items()}


def test_the_workflow_gives_every_patch_its_area_and_class(results, paper):
    patches = results["verdicts"].set_index("patch")
    expected = paper[2].expected_patches()
    assert patches["class"].to_dict() == expected["class"].to_dict()
    ours = patches.loc[expected.index]
    assert ours["area_ha"].to_numpy() == pytest.approx(expected["area [ha]"])
    assert ours["capacity_ru"].to_numpy() == pytest.approx(expected["RU"])


def test_the_workflow_gives_every_species_its_status_at_every_patch(results, paper):
    populations = results["populations"].set_index(["species", "patch"])["status"]
    assert populations.to_dict() == paper[2].expected_statuses().to_dict()


def test_the_workflow_tells_the_extinction_debt_from_an_earlier_map(results, paper):
    populations = results["populations"]
    broom = populations[populations["species"] == paper[1].BROOM].set_index("patch")
    expected = paper[2].expected_history()
    columns = ["habitat_then_ha", "habitat_now_ha", "habitat_left_share"]
    found = broom.loc[expected.index, columns].to_numpy()
    assert found == pytest.approx(expected.to_numpy(), rel=1e-3)
    assert "from 5.7 to 2.9 ha" in broom.loc["R4", "reason_en"]
