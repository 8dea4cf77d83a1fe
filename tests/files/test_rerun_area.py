"""What a rerun works on, from the settings of a user."""

from pathlib import Path

import pytest

import rerun
from robuust_files.rerun_area import input_now, inputs_digest


def area_of(folder, text, *options):
    (folder / "my.yaml").write_text(text)
    settings = ["--configfile", str(folder / "my.yaml")]
    return rerun.read_arguments([*settings, *options])


def test_results_and_publications_of_an_area_and_its_scenarios(tmp_path):
    text = "area: heath\nresults_dir: out\nscenarios:\n  dam: {changes: []}\n"
    area = area_of(tmp_path, text, "--published", "/share")
    assert area.results == {
        ".": Path("out/heath"),
        "scenarios/dam": Path("out/heath_dam"),
    }
    assert area.folder == Path("/share/heath")
    assert area.own_earlier


def test_results_to_compare_with_that_the_user_names_are_his_choice(tmp_path):
    assert not area_of(tmp_path, "earlier_results: then.gpkg\n").own_earlier


def test_what_is_no_option_of_ours_goes_to_snakemake(tmp_path):
    area = area_of(tmp_path, "area: heath\n", "--keep", "3", "--cores", "4")
    assert area.keep == 3
    assert area.options == ["--cores", "4"]


@pytest.mark.parametrize("text", ["sources: none\n", "sources: {habitat: 3}\n"])
@pytest.mark.parametrize("more", ["scenarios: 1\n", "tables: [a]\n", "area: 7\n"])
def test_settings_that_make_no_sense_are_left_to_the_workflow(tmp_path, text, more):
    area = area_of(tmp_path, text + more)
    assert "habitat" not in input_now(area)
    assert inputs_digest(area) == ""


@pytest.mark.parametrize("text", ["area: [\n", "- area\n"])
def test_a_file_that_holds_no_settings_is_told(tmp_path, text, capsys):
    with pytest.raises(SystemExit) as ended:
        area_of(tmp_path, text)
    assert ended.value.code == 2
    assert "the settings cannot be read" in capsys.readouterr().err


def test_fewer_than_two_publications_cannot_be_kept(tmp_path, capsys):
    with pytest.raises(SystemExit):
        area_of(tmp_path, "area: heath\n", "--keep", "1")
    assert "2 or more" in capsys.readouterr().err
