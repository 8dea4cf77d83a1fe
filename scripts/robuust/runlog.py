"""One log per job, one progress line per job, and words for the user when it fails."""

import atexit
import gc
import logging
import sys
import time
from pathlib import Path


class _Screen(logging.Handler):
    """Show warnings at once; remember the last thing that the job said."""

    text = ""

    def emit(self, record):
        if record.name == "py.warnings":  # a library's, for the log file only
            return
        if record.levelno >= logging.WARNING:
            print(f"  beware: {record.getMessage()}", file=sys.stderr)
        else:
            self.text = record.getMessage()


def log_to(path):
    """Send this job's log to its file, and one line about it to the screen.

    The line stands on stderr when the job ends: rule, group, the last message that
    the script logged, seconds; warnings stand above it. An error raised with words for
    the user (`ValueError`, `OSError`) is shown as those words; the traceback is in the
    file.

    Parameters
    ----------
    path : str
        Log file of the job, ``logs/<area>/[<group>/]<rule>.log``; replaced.
    """
    file = logging.FileHandler(path, mode="w", encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    screen = _Screen()
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(file)
    root.addHandler(screen)
    logging.captureWarnings(True)

    started = time.perf_counter()
    rule, folder = Path(path).stem, Path(path).parent.name
    job = f"{rule:<22} {folder:<26}"

    def progress():
        seconds = time.perf_counter() - started
        print(f"  {job} {screen.text} ({seconds:.1f} s)", file=sys.stderr)

    atexit.register(progress)
    # Searching some hundred thousand objects for rubbish takes a fifth of a short job,
    # and at its end the system takes all memory back anyway.
    gc.freeze()
    atexit.register(gc.freeze)

    def explain(kind, error, trace):
        atexit.unregister(progress)
        root.removeHandler(screen)
        root.critical("the job failed", exc_info=(kind, error, trace))
        if issubclass(kind, (ValueError, OSError)):
            print(f"\n{rule} ({folder}) stopped:\n{error}\n", file=sys.stderr)
        else:
            sys.__excepthook__(kind, error, trace)
            print(f"\n{rule} ({folder}) stopped; full log: {path}\n", file=sys.stderr)

    sys.excepthook = explain
