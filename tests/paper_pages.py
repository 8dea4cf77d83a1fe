"""Pages of HTML as their readers have them: words, tags, and sheets of paper."""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
HOSTILE = "Rana <script>document.title='broken'</script><img src=x onerror=\"x\">"

needs_browser = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no chromium here: that a sheet prints on one page of A4 is NOT checked",
)


class Words(HTMLParser):
    """`text` is what one reads, `tags` every tag with its attributes."""

    def __init__(self, page):
        super().__init__()
        self.text, self.tags, self.skip = [], [], False
        self.feed(page)
        self.text = " ".join(" ".join(self.text).split())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.skip = tag == "style"

    def handle_endtag(self, tag):
        self.skip = False

    def handle_data(self, data):
        if not self.skip:
            self.text.append(data)


def check_that_nothing_runs(page):
    """Fail when a page has a tag, an attribute or a link that can run or fetch."""
    for tag, attributes in Words(page).tags:
        assert tag not in ("script", "img", "link", "iframe", "object")
        assert not any(name.startswith("on") for name in attributes)
        assert not {"src", "href"} & set(attributes)
    assert "default-src 'none'" in page
    assert "url(" not in page


def check_that_it_is_one_sheet_of_a4(page, folder):
    """Print a page with a real browser; fail unless it is one page of A4."""
    (folder / "sheet.html").write_text(page, encoding="utf-8")
    browse(folder, f"--print-to-pdf={folder / 'sheet.pdf'}", "--no-pdf-header-footer")
    pdf = (folder / "sheet.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    (box,) = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [float(side) for side in box] == pytest.approx([595, 842], abs=1)  # points


def browse(folder, *arguments):
    """Open `sheet.html` of a folder in a browser without a window."""
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu"]
    command += [f"--user-data-dir={folder / 'profile'}", *arguments]
    done = subprocess.run(
        [*command, (folder / "sheet.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
