"""Templates escape every value and refuse to leave a hole."""

from xml.etree import ElementTree

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robuust.templates import fill, rgb


def test_a_name_that_is_not_given_is_an_error():
    with pytest.raises(jinja2.UndefinedError, match="colour"):
        fill("{{ colour }}", shape="round")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_any_text_comes_back_as_it_was(text):
    xml = ElementTree.fromstring(fill('<a b="{{ t }}">{{ t }}</a>', t=text))
    assert (xml.text or "") == text
    assert xml.get("b") == text


def test_colours_as_qgis_writes_them():
    assert rgb("#ff8000") == "255,128,0"
