"""Show the API's document in Redoc and Swagger UI under the site's policy, and compare.

    pip download --no-deps drf-spectacular-sidecar --dest SOMEWHERE
    python -m scripts.compare_api_viewers http://127.0.0.1:8000 SOMEWHERE/*.whl

prints, for each viewer and for the page of a running site: how often the policy blocked something,
what axe-core finds (WCAG 2.2 AA), kilobytes sent, and how many of the API's addresses are readable
with and without scripts.
"""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Browser, Page, Route, sync_playwright

from common.option_parsers import OneLineParser
from tests.browser.chromium import ARGUMENTS, chromium_path

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FOLDER = "drf_spectacular_sidecar/static/drf_spectacular_sidecar"
SETTLED = 15_000  # milliseconds
VIEWERS = {
    "Redoc": (
        '<redoc spec-url="/api/schema/"></redoc><script src="/viewer.js"></script>',
        {"/viewer.js": f"{FOLDER}/redoc/bundles/redoc.standalone.js"},
    ),
    "Swagger UI": (
        '<link rel="stylesheet" href="/viewer.css"><div id="ui"></div>'
        '<script src="/viewer.js"></script><script src="/start.js"></script>',
        {
            "/viewer.js": f"{FOLDER}/swagger-ui-dist/swagger-ui-bundle.js",
            "/viewer.css": f"{FOLDER}/swagger-ui-dist/swagger-ui.css",
        },
    ),
}
START = "SwaggerUIBundle({url: '/api/schema/', dom_id: '#ui'})"
KINDS = {".js": "text/javascript", ".css": "text/css"}


def viewer_routes(site: str, archive: zipfile.ZipFile, viewer: str) -> Callable[[Route], None]:
    """Return what answers for the page of a viewer, its files and the document."""
    body, files = VIEWERS[viewer]
    policy = requests.get(f"{site}/api/docs/", timeout=60).headers["Content-Security-Policy"]
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{viewer}</title>'
    page = f"{head}<body><main>{body}</main>"

    def answer(route: Route) -> None:
        path = "/" + route.request.url.removeprefix(f"{site}/").partition("?")[0]
        if path == "/viewer/":
            headers = {"Content-Security-Policy": policy, "Content-Type": "text/html"}
            route.fulfill(body=page, headers=headers)
        elif path == "/start.js":
            route.fulfill(body=START, content_type=KINDS[".js"])
        elif path in files:
            kind = KINDS[Path(path).suffix]
            route.fulfill(body=archive.read(files[path]), content_type=kind)
        else:
            route.continue_()

    return answer


def measure(browser: Browser, url: str, paths: list[str], answer: Any = None) -> dict[str, Any]:
    """Return what a page shows, with scripts and without."""
    page = browser.new_page()
    blocked: list[str] = []
    sent: list[int] = []
    page.on("console", lambda message: blocked.append(message.text))
    page.on("requestfinished", lambda request: sent.append(request.sizes()["responseBodySize"]))
    shown = visit(page, url, paths, answer)
    figures = {
        "blocked": sum("Content Security Policy" in line for line in blocked),
        "axe": run_axe(page),
        "KB": sum(sent) // 1000,
        "addresses": shown,
    }
    page.close()
    plain = browser.new_page(java_script_enabled=False)
    figures["addresses without scripts"] = visit(plain, url, paths, answer)
    plain.close()
    return figures


def visit(page: Page, url: str, paths: list[str], answer: Any) -> int:
    """Open a page and return how many addresses of the API it shows."""
    if answer:
        page.route("**/*", answer)
    page.goto(url)
    page.wait_for_timeout(SETTLED if answer else 0)
    text = page.locator("body").inner_text()
    return sum(path in text for path in paths)


def run_axe(page: Page) -> dict[str, int]:
    """Return how many elements break which rule."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    return {rule["id"]: len(rule["nodes"]) for rule in found["violations"]}


def main() -> None:
    parser = OneLineParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("site", help="the address of a running site")
    parser.add_argument("wheel", type=Path, help="of drf-spectacular-sidecar")
    options = parser.parse_args()
    site = options.site.rstrip("/")
    paths = list(requests.get(f"{site}/api/schema/", timeout=60).json()["paths"])
    with sync_playwright() as playwright, zipfile.ZipFile(options.wheel) as archive:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        print("ours", json.dumps(measure(browser, f"{site}/api/docs/", paths)))
        for viewer in VIEWERS:
            answer = viewer_routes(site, archive, viewer)
            figures = measure(browser, f"{site}/viewer/", paths, answer)
            print(viewer, json.dumps(figures))
        print("of", len(paths), "paths")


if __name__ == "__main__":
    main()
