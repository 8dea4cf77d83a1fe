"""What the user sees: before the first job, after the last, and after a failure."""

import subprocess
import time

from robuust_kernels.kept import are_kept
from robuust.table_remarks import seed_bank_remark


def compile_kernels():
    """Compile the inner loops before jobs fan out: else each job would, at once."""
    if not are_kept():
        command = [sys.executable, "-m", "robuust_kernels.compiled"]
        subprocess.run(command, cwd=SCRIPTS, check=True)


def announce_run():
    """One line before the first job, and one per scenario."""
    print(
        f"robuust: {config['area']}, {len(GROUPS)} groups -> {RESULTS}/",
        file=sys.stderr,
    )
    for scenario in config["scenarios"]:
        print(f"robuust: scenario {scenario} -> {RESULTS}_{scenario}/", file=sys.stderr)
    remark = seed_bank_remark(typed_table(rows["species"], schemas["species"]))
    if remark:
        print(f"robuust: {remark}.", file=sys.stderr)


def print_summary():
    """The lines that say what came out and what to open, of every scenario too."""
    for folder in of_all_scenarios(RESULTS):
        summary = Path(folder, "summary.txt")
        if summary.exists():  # a part of the rules (--until) leaves none
            print(summary.read_text(encoding="utf-8"), file=sys.stderr)


def of_all_scenarios(folder):
    """This folder of the run, and that of each scenario."""
    return [folder, *(f"{folder}_{scenario}" for scenario in config["scenarios"])]


STARTED = time.time()


def words_of_failed_jobs():
    """What each job that failed in this run said, from the end of its log."""
    logs = (Path(folder).rglob("*.log") for folder in of_all_scenarios(LOGS))
    for log in sorted(log for found in logs for log in found):
        text = log.read_text(encoding="utf-8")
        if log.stat().st_mtime > STARTED and "CRITICAL the job failed" in text:
            yield f"{log.stem} ({log.parent.name}): {text.rsplit('Error: ', 1)[-1].strip()}"


def explain_failure():
    """Why the run stopped, where earlier results are, and how to go on."""
    words = ["The run stopped.", *words_of_failed_jobs()]
    words.append(f"{LOGS}/ has the log of every job.")
    if Path(RESULTS, "robuust.gpkg").exists():
        words.append(f"The earlier results in {RESULTS}/ are as they were.")
    words.append("After the correction, the same command goes on where it stopped.")
    print("\nrobuust: " + "\n".join(words), file=sys.stderr)
