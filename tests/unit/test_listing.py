"""Lists in sentences name three and count the rest."""

import pytest

from robuust.listing import listed


@pytest.mark.parametrize(
    ("words", "nl", "en"),
    [
        ([], "", ""),
        (["a", "b", "c"], "a, b, c", "a, b, c"),
        (["a", "b", "c", "d", "e"], "a, b, c en 2 andere", "a, b, c and 2 more"),
    ],
)
def test_three_are_named_and_the_rest_is_counted(words, nl, en):
    assert listed(words, "nl") == nl
    assert listed(words, "en") == en
