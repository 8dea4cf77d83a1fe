"""Tables of config/ are read alike by every rule: names as text, figures as numbers."""

from robuust_files.config_tables import read_barrier_types, read_suitability


def test_names_that_look_like_numbers_stay_names(tmp_path):
    table = tmp_path / "barrier_types.csv"
    table.write_text("barrier,crossing_probability\n0012,0.5\n", encoding="utf-8-sig")
    found = read_barrier_types(table)
    assert found["barrier"].tolist() == ["0012"]
    assert found["crossing_probability"].tolist() == [0.5]


def test_habitat_codes_stay_codes(tmp_path):
    table = tmp_path / "suitability.csv"
    table.write_text("code,bundle,suitability\n4030,heath,1\n", encoding="utf-8-sig")
    found = read_suitability(table)
    assert found["code"].tolist() == ["4030"]
    assert found["suitability"].sum() == 1
