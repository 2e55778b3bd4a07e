"""Render the icons of the app from the favicon: `python -m scripts.icons`."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import ARGUMENTS, chromium_path

STATIC = Path(__file__).parents[1] / "static"
SIZES = {"app-180.png": (180, True), "app-192.png": (192, False), "app-512.png": (512, False)}
"""The side in pixels, and whether the background is filled, which iOS would make black."""
MASKABLE = {"app-maskable-512.png": (512, True)}
BACKGROUND = "#1d6460"  # the disc of the favicon
SAFE_ZONE = 0.8  # share of the side; launchers may crop the rest of a maskable icon


def main() -> None:
    svg = (STATIC / "favicon.svg").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        for name, (side, filled) in (SIZES | MASKABLE).items():
            page = browser.new_page(viewport={"width": side, "height": side})
            inner = side * SAFE_ZONE if name in MASKABLE else side
            background = BACKGROUND if filled else "transparent"
            page.set_content(
                f"<body style='margin:0;height:100vh;display:grid;place-items:center;"
                f"background:{background}'><div style='width:{inner}px'>{svg}</div>"
            )
            page.screenshot(path=STATIC / "icons" / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
