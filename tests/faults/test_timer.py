"""The timer in docs/unattended.md is one that systemd takes."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from robuust.rerun_summary import EXIT_CODES

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "unattended.md").read_text(encoding="utf-8")


def test_the_units_are_what_systemd_takes(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("NOT CHECKED: there is no systemd here")
    units = re.findall(r"`/etc/systemd/system/(\S+)`:\n\n```ini\n(.*?)```", TEXT, re.S)
    assert [name for name, _ in units] == ["robuust.service", "robuust.timer"]
    python = tmp_path / "robuust" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    for name, text in units:
        text = text.replace("/srv/robuust", str(tmp_path / "robuust"))
        (tmp_path / name).write_text(text)
    command = ["systemd-analyze", "verify", "--man=no", "robuust.timer"]
    done = subprocess.run(
        [*command, "robuust.service"], cwd=tmp_path, capture_output=True, text=True
    )
    ours = [line for line in done.stderr.splitlines() if "robuust." in line]
    assert done.returncode == 0, done.stderr
    assert ours == []


def test_every_exit_code_is_told():
    rows = re.findall(r"^\| (\d) \| `(\w+)`", TEXT, re.M)
    assert {name: int(code) for code, name in rows} == EXIT_CODES
