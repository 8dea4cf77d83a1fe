"""Pictures for slides: complete, well-formed, and the same for the same results."""

from xml.etree import ElementTree

import pytest
from report_frames import ASSETS, HOSTILE, PICTURE, report_frames
from shapely.geometry import box

from robuust.map_pictures import HEIGHT, WIDTH, map_picture
from robuust.question_maps import PER_GROUP, QUESTION_MAPS, back_to_front, legend_values
from write_report import PICTURE_WIDTH, draw_pictures, write_pictures

SVG = "{http://www.w3.org/2000/svg}"
BY_SLUG = {question.slug: question for question in QUESTION_MAPS}


def picture(slug, frames, language="nl", **words):
    words = {"title": "Hier", "reference_date": "2026-01-01"} | words
    return map_picture(PICTURE, BY_SLUG[slug], frames, language=language, **words)


def texts(svg):
    return [node.text for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("slug", BY_SLUG)
def test_a_picture_says_question_area_date_scale_north_and_sources(slug):
    said = texts(picture(slug, report_frames(text="bron")))
    assert said[0] == BY_SLUG[slug].title("nl")
    assert "Hier, peildatum 2026-01-01" in said
    assert "200 m" in said
    assert "N" in said
    assert said[-1].startswith("Bronnen: bron.")


def test_a_picture_speaks_english_too():
    said = texts(picture("at_risk", report_frames(text="source"), "en"))
    assert said[0] == "What is at risk?"
    assert {"Populations", "relict", "Relict sites"} <= set(said)


def test_the_legend_names_what_is_on_the_map_and_nothing_else():
    frames = report_frames(rows=2, text="t")
    frames["patches"]["class"] = ["stronghold", "near"]
    said = texts(picture("where_robust", frames))
    assert {"bolwerk", "bijna voldoende"} <= set(said)
    assert "onvoldoende" not in said


def test_every_group_has_a_map_of_its_own():
    frames = report_frames(rows=2, text="t")
    frames["patches"]["group"] = ["a", "b"]
    frames["patches"]["class"] = ["stronghold", "near"]
    groups = [("a", "Vogels"), ("b", "Slakken"), ("c", "Vissen")]
    svg = picture(PER_GROUP, frames, groups=groups)
    assert {"Vogels", "Slakken", "Vissen"} <= set(texts(svg))
    panels = ElementTree.fromstring(svg).findall(f"{SVG}g")[:3]
    drawn = [len(panel.findall(f"{SVG}path")) for panel in panels]
    assert drawn == [2, 2, 1]  # its outline, and one class; none where there is none


def test_a_name_cannot_break_a_picture():
    svg = picture("where_robust", report_frames(text=HOSTILE), title=HOSTILE)
    assert "<script" not in svg
    assert any(HOSTILE in (text or "") for text in texts(svg))


def test_without_anything_to_show_a_picture_says_so():
    assert "Niets te tonen." in texts(picture("what_changed", report_frames(rows=0)))


def test_what_lies_outside_the_map_is_cut_at_its_border():
    frames = report_frames(text="t")
    far = box(500, 100, 90_000, 200)
    frames["quarantined_habitat"] = frames["quarantined_habitat"].set_geometry([far])
    svg = picture("input_quality", frames)
    numbers = [
        float(number)
        for path in ElementTree.fromstring(svg).iter(f"{SVG}path")
        for number in path.get("d").replace("L", " ").strip("MZ").split()
        if "M" not in path.get("d")[1:]
    ]
    assert max(numbers) <= WIDTH


def test_the_most_threatened_population_and_the_best_patch_lie_on_top():
    assert back_to_front("populations")[-2:] == ("relict", "phantom")
    assert back_to_front("patches")[-1] == "stronghold"
    assert set(back_to_front("populations")) == set(legend_values("populations"))


def test_pictures_are_written_twice_byte_for_byte_the_same(tmp_path):
    words = {"title": "Hier", "language": "nl", "reference_date": "2026-01-01"}
    for folder in ("one", "two"):
        drawn = draw_pictures(
            PICTURE, ASSETS["trend.svg.j2"], report_frames(text="t"), **words
        )
        write_pictures(tmp_path / folder, drawn)
    made = sorted((tmp_path / "one").iterdir())
    assert len(made) == 2 * len(drawn) >= 2 * len(QUESTION_MAPS)
    for path in made:
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
    png = (tmp_path / "one" / "at_risk.png").read_bytes()
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    size = (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big"))
    assert size == (PICTURE_WIDTH, PICTURE_WIDTH * HEIGHT // WIDTH)
