"""A few seconds of fuzzing per parser; `make fuzz` takes longer."""

import importlib.util

import pytest
from run import NAMES, run_target

SECONDS = 5


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="NOT FUZZED: the fuzzer atheris has no build for this platform",
)
@pytest.mark.parametrize("name", NAMES)
def test_a_parser_refuses_in_words_whatever_it_is_given(name, tmp_path):
    executions, found, output = run_target(name, SECONDS, tmp_path)
    assert not found, output[:5_000]
    assert executions > 0
