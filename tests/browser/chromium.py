"""Where Chromium is and how it is started."""

import os
import shutil

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
"""In the order of preference: the headless shell is the same engine in less time."""


def chromium_path() -> str:
    """Return the path of the Chromium that `scripts/ensure-chromium` finds or installs."""
    for name in filter(None, [os.environ.get("CHROMIUM"), *NAMES]):
        if path := shutil.which(name):
            return path
    raise RuntimeError("The browser tests need Chromium: run scripts/ensure-chromium.")
