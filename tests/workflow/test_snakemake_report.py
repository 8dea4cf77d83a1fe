"""Snakemake's own report: how the results were made, with captions and figures."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.demo


def test_snakemake_reports_the_run_with_its_figures_and_captions(
    demo_run, run_pipeline, tmp_path
):
    path = tmp_path / "how_it_was_made.html"
    settings = ROOT / "config" / "demo.yaml"
    run = run_pipeline(demo_run.folder, settings, "--report", str(path))
    assert run.code == 0, run.screen[-4000:]
    text = path.read_text(encoding="utf-8")
    for category in ("Page", "Maps", "Tables"):
        assert f'"{category}"' in text
    for question in ("where_robust", "for_whom", "at_risk", "what_first"):
        assert f"{question}.png" in text
    assert "One map per question" in text
    assert "Robuust turns habitat polygons" in text
