"""Other commits of this repository, checked out beside it so that their code can run."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.sites import ROOT, Site

PROBES = Path(__file__).with_name("probes")


def git(*arguments: str) -> str:
    """Run git in this repository and return what it prints."""
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607 - git is wherever people have it
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip()


def newest_release() -> str | None:
    """Return the tag of the newest release before or at this commit, None where there is none."""
    tags = git("tag", "--list", "v*", "--merged", "HEAD", "--sort", "-version:refname")
    return next(iter(tags.splitlines()), None)


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    """Check out a commit into a temporary folder, with the npm packages that are installed here."""
    with tempfile.TemporaryDirectory(prefix="checkout-") as folder:
        root = Path(folder) / "site"
        git("worktree", "add", "--quiet", "--detach", str(root), commit)
        try:
            (root / "node_modules").symlink_to(ROOT / "node_modules")
            yield root
        finally:
            git("worktree", "remove", "--force", str(root))


def probe(site: Site, name: str, **arguments: Any) -> Any:
    """Run a script of `probes/` with the code of a site's checkout and return what it reports."""
    process = site.start(
        # -P: only the checkout is on the path, not the folder of the script.
        *(sys.executable, "-P", str(PROBES / f"{name}.py"), json.dumps(arguments)),
        PYTHONPATH=str(site.root),
        DJANGO_SETTINGS_MODULE="emoplatform.settings",
    )
    output, _ = process.communicate()
    if process.returncode:
        sys.exit(f"{name} failed in {site.root}:\n{output}")
    return json.loads(output.splitlines()[-1])
