"""The examples in the docstrings of the library give what they say."""

import doctest
import importlib
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
MODULES = [
    ".".join(path.relative_to(SCRIPTS).with_suffix("").parts)
    for package in ("robuust", "robuust_files", "robuust_kernels")
    for path in sorted((SCRIPTS / package).glob("[a-z]*.py"))
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    found = doctest.testmod(importlib.import_module(name), optionflags=flags)
    assert found.failed == 0
