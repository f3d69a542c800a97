"""A headless browser, where one is installed."""

import shutil
import subprocess
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str:
    """The path of a browser; the test is skipped without one."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no chromium here (apt-get install chromium)")
    return path


def document(page: Path, script: str = "") -> str:
    """The document of a page after its scripts, and then `script`, ran; nothing may be fetched."""
    tried = page.with_name(f"tried-{page.name}")
    text = page.read_text("utf-8")
    check = "window.onerror = text => document.body.append('script' + ' failed: ' + text);"
    tried.write_text(
        text.replace("<body>", f"<body><script>{check}</script>").replace(
            "</body>", f"<script>{script}</script></body>"
        ),
        "utf-8",
    )
    command = [found(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    command += [f"--user-data-dir={page.parent / 'profile'}", "--host-resolver-rules=MAP * ~NOTFOUND"]
    done = subprocess.run(
        [*command, "--window-size=1000,800", "--dump-dom", tried.as_uri()],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "<html" in done.stdout, done.stderr
    assert "script failed" not in done.stdout
    return done.stdout
