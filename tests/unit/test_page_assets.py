"""Style and scripts of the page: nothing fetched, and no way out of their element."""

import pytest
from report_frames import ASSETS

from robuust.page_assets import page_assets


def test_no_style_or_script_of_the_page_names_an_address_to_fetch():
    made = page_assets(ASSETS)
    assert "url(" not in made["style"]
    assert all("sourceMappingURL" not in script for script in made["scripts"])


def test_names_are_written_as_text_and_never_as_markup():
    own = ASSETS["map.js"] + ASSETS["tables.js"]
    for way in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
    ):
        assert way not in own


@pytest.mark.parametrize("text", ["'</script>'", "'</STYLE >'", "'<!--'"])
def test_a_script_that_would_end_its_element_is_refused(text):
    with pytest.raises(ValueError, match="ends its own element"):
        page_assets(ASSETS | {"map.js": text})
