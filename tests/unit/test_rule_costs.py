"""The costs per rule add up to what Snakemake's benchmark files say."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "bench" / "rule_costs.py"
HEADER = (
    "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
)


def rule_costs(*arguments):
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True
    )


def put_job(path, *, wall_s, memory_mib, cpu_s):
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = [wall_s, "0:00:01", memory_mib, 900.0, 1.0, 1.0, 0.0, 0.0, 80.0, cpu_s]
    path.write_text(HEADER + "\t".join(map(str, numbers)) + "\n")


def rows_of(table):
    return [line.split() for line in table.splitlines()[1:]]


def test_jobs_are_summed_per_rule_and_the_slowest_rule_comes_first(tmp_path):
    put_job(tmp_path / "demo/ingest.tsv", wall_s=2.5, memory_mib=300.4, cpu_s=2.0)
    put_job(tmp_path / "demo/a/link.tsv", wall_s=1.5, memory_mib=100.0, cpu_s=1.0)
    put_job(tmp_path / "demo/b/link.tsv", wall_s=4.0, memory_mib=250.0, cpu_s=3.5)
    found = rule_costs(str(tmp_path))
    assert found.returncode == 0, found.stderr
    assert rows_of(found.stdout) == [
        ["link", "2", "5.5", "4.5", "250"],
        ["ingest", "1", "2.5", "2.0", "300"],
        ["total", "3", "8.0", "6.5", "300"],
    ]


def test_each_area_has_its_own_table(tmp_path):
    put_job(tmp_path / "demo/ingest.tsv", wall_s=1, memory_mib=10, cpu_s=1)
    put_job(tmp_path / "kempen/ingest.tsv", wall_s=9, memory_mib=90, cpu_s=8)
    demo, kempen = rule_costs(str(tmp_path)).stdout.split("\n\n")
    assert demo.split()[0] == "demo"
    assert kempen.split()[0] == "kempen"
    assert rows_of(kempen)[-1] == ["total", "1", "9.0", "8.0", "90"]


def test_a_job_too_short_to_measure_counts_as_a_job(tmp_path):
    put_job(tmp_path / "demo/a/link.tsv", wall_s=0.1, memory_mib="-", cpu_s="NA")
    put_job(tmp_path / "demo/b/link.tsv", wall_s=0.3, memory_mib=50, cpu_s=0.2)
    rows = rows_of(rule_costs(str(tmp_path)).stdout)
    assert rows[0] == ["link", "2", "0.4", "0.2", "50"]


def test_without_benchmark_files_it_says_what_to_do(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        found = rule_costs(str(folder))
        assert found.returncode == 1
        assert found.stdout == ""
        assert "no benchmark files" in found.stderr
        assert str(folder) in found.stderr
        assert "make run" in found.stderr
        assert "Traceback" not in found.stderr
