"""Fuzz the parsers: ``python tests/fuzz/run.py --seconds 60 [target ...]``.

Each target runs in a process of its own, guided by the coverage of our Python code.
What breaks a parser is left in ``logs/fuzz/<target>``; give that file to the
target again with ``--again <file>``.
"""

import argparse
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
FOUND = HERE.parents[1] / "logs" / "fuzz"
NAMES = [
    "text",
    "darwin_core_meta",
    "darwin_core",
    "spreadsheet",
    "recognised",
    "dates",
    "habitat_codes",
    "geojson",
    "geopackage",
]
_INSTRUMENTED = ["robuust", "robuust_files", "dwca"]
_LIMITS = ["-timeout=30", "-rss_limit_mb=4096", "-max_len=200000"]


def fuzz(name, arguments):
    """Run one target in this process; the fuzzer ends it."""
    import atheris

    sys.path[:0] = [str(HERE), str(HERE.parents[1] / "scripts")]
    with atheris.instrument_imports(include=_INSTRUMENTED):
        import targets
    target = targets.TARGETS[name]

    def refused_or_fine(data):
        try:
            target(data)
        except ValueError:
            return

    seeds = Path(tempfile.mkdtemp(prefix="robuust_seeds_"))
    for k, seed in enumerate(targets.SEEDS[target]()):
        (seeds / str(k)).write_bytes(seed)
    corpus = [] if any(not a.startswith("-") for a in arguments) else [str(seeds)]
    atheris.Setup([sys.argv[0], *_LIMITS, *arguments, *corpus], refused_or_fine)
    atheris.Fuzz()


def run_target(name, seconds, folder):
    """Run one target in another process; number of executions, and its output.

    Parameters
    ----------
    name : str
    seconds : int
    folder : Path
        For what breaks the parser.

    Returns
    -------
    executions : int
        0 when it did not get that far.
    found : bool
        Something else than a ValueError left the parser, or it broke down.
    output : str
    """
    limits = [f"-max_total_time={seconds}", f"-artifact_prefix={folder}/"]
    # The fuzzer ends its process without clearing away what the target wrote.
    with tempfile.TemporaryDirectory(prefix="robuust_fuzz_") as scratch:
        run = subprocess.run(
            [
                sys.executable,
                __file__,
                "--inside",
                name,
                *limits,
                "-print_final_stats=1",
            ],
            env={**os.environ, "TMPDIR": scratch},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    output = run.stdout + run.stderr
    count = re.search(r"number_of_executed_units:\s*(\d+)", output)
    return int(count[1]) if count else 0, run.returncode != 0, output


def main(names, seconds):
    """Run the targets in turn; 1 when one of them found something."""
    finds = 0
    for name in names:
        folder = FOUND / name
        folder.mkdir(parents=True, exist_ok=True)
        executions, found, output = run_target(name, seconds, folder)
        print(f"{name}: {executions} executions, {'FOUND' if found else 'no find'}")
        if found:
            finds += 1
            print(output[:3_000], "...", output[-600:], sep="\n")
    return min(finds, 1)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        fuzz(sys.argv[2], sys.argv[3:])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=60, help="per target")
    parser.add_argument("--again", metavar="FILE", help="run one target on one file")
    parser.add_argument("target", nargs="*", help=f"of {', '.join(NAMES)}; else all")
    chosen = parser.parse_args()
    if unknown := set(chosen.target) - set(NAMES):
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    if importlib.util.find_spec("atheris") is None:
        sys.exit("the fuzzer atheris has no build for this platform: nothing is run")
    if chosen.again:
        fuzz(chosen.target[0], [chosen.again])
    sys.exit(main(chosen.target or NAMES, chosen.seconds))
