"""Compare what a browser reads by itself with what the server reads, and measure how fast it is.

Usage: python -m benchmarks.device_reader PHOTOS [--every N]

PHOTOS is an archive or folder of labelled photos. Chromium loads the scripts, the runtime and the
files of the bundled network from this working copy. It reads each photo as the capture page does,
then again as the middle of a frame of a live view, as that does. Milliseconds are those of the
processor, in one thread, so that they mean something on a busy machine, too; readings a second are
those of the clock.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import brotli
from playwright.sync_api import Page, Route, sync_playwright

from common.imaging.geometry import Box
from common.imaging.images import read_image
from common.option_parsers import OneLineParser
from ml.data.errors import DatasetError
from ml.data.sources import Source
from ml.emotions import EMOTIONS
from ml.inference import blazeface
from ml.inference.card import BUNDLED, Card
from ml.inference.predictor import Face, Predictor
from ml.inference.preprocessing import describe_preprocessing
from ml.version_files import CARD, NETWORK
from tests.browser.chromium import ARGUMENTS, chromium_path

ROOT = Path(__file__).resolve().parents[1]
LITERT = ROOT / "node_modules/.litert"
SITE = "http://localhost"  # never reached; pages of it may compute checksums

FRAME = 320, 240  # of a live view, in pixels
FRAMED_SIDE = 160  # of the photo in it, as somebody at arm's length
WARM_UP_SECONDS = 3.0  # until the browser has compiled what it runs
SECONDS = 5.0  # of live readings
SAME_FACE = 0.5  # intersection over union
TOLERANCE = 0.02

TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}
OPEN = """
    async () => {
        const { loadReader } = await import("/static/js/reader/reader.js");
        window.reader = await loadReader();
    }
"""
FETCH = """
    async ([address, width, height, side]) => {
        const picture = await createImageBitmap(await (await fetch(address)).blob());
        const frame = Object.assign(document.createElement("canvas"), { width, height });
        const context = frame.getContext("2d");
        context.fillStyle = "grey";
        context.fillRect(0, 0, width, height);
        const scale = side / Math.max(picture.width, picture.height);
        const size = [picture.width * scale, picture.height * scale];
        context.drawImage(picture, (width - size[0]) / 2, (height - size[1]) / 2, ...size);
        Object.assign(window, { picture, frame });
    }
"""
READ = "() => window.reader.read(window.picture)"
READ_FRAME = "() => window.reader.readFrame(window.frame)"
COUNT_READINGS = """
    async (seconds) => {
        const end = performance.now() + 1000 * seconds;
        let count = 0;
        for (; performance.now() < end; count++) await window.reader.readFrame(window.frame);
        return count;
    }
"""


class Site:
    """What a browser may ask for: files of the working copy, and one photo."""

    def __init__(self, card: Card) -> None:
        self.photo = b""
        self.sent: dict[str, bytes] = {}
        self._files = {"network": BUNDLED / NETWORK, "detector": blazeface.FILE}
        self._model = {
            **{name: card.facts[name] for name in ("name", "sha256", "emotions", "shown")},
            "unsure_below": card.unsure_below,
            "set_mass": card.set_mass,
            "preprocessing": describe_preprocessing(card),
            "files": [self._describe(name, path) for name, path in self._files.items()],
        }

    def _describe(self, name: str, path: Path) -> dict[str, Any]:
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        return {"name": name, "url": f"{SITE}/{name}", "sha256": digest, "size": len(content)}

    def answer(self, route: Route) -> None:
        """Answer a request; what the reader consists of is remembered."""
        path = route.request.url.removeprefix(SITE)
        if path == "/":
            route.fulfill(body=self._page(), content_type="text/html")
        elif path == "/api/v1/model/":
            route.fulfill(json=self._model)
        elif path == "/photo":
            route.fulfill(body=self.photo)
        else:
            content = self._file(path).read_bytes()
            self.sent[path] = content
            route.fulfill(
                body=content, content_type=TYPES.get(Path(path).suffix, "application/octet-stream")
            )

    def _file(self, path: str) -> Path:
        if path.startswith("/static/vendor/litert/"):
            return LITERT / Path(path).name
        return self._files.get(path.removeprefix("/")) or ROOT / path.removeprefix("/")

    def _page(self) -> str:
        vendor = "/static/vendor/litert"
        config = {
            "module": f"{vendor}/litert.js",
            "loader": f"{vendor}/litert_wasm_compat_internal.js",
            "binary": f"{vendor}/litert_wasm_compat_internal.wasm",
            "size": (LITERT / "litert_wasm_compat_internal.wasm").stat().st_size,
        }
        return (
            "<!DOCTYPE html><body>"
            f'<script type="application/json" id="reader-config">{json.dumps(config)}</script>'
        )

    def transferred(self) -> int:
        """Return how many bytes the reader takes, the static files by Brotli."""
        return sum(
            len(brotli.compress(content) if path.startswith("/static/") else content)
            for path, content in self.sent.items()
        )


@contextmanager
def opened(site: Site) -> Iterator[tuple[Page, Callable[[], float]]]:
    """Yield a page whose reader is loaded, and what tells its milliseconds of the processor."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        page = browser.new_page()
        page.route("**/*", site.answer)
        page.goto(SITE)
        page.evaluate(OPEN)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def milliseconds() -> float:
            metrics = session.send("Performance.getMetrics")["metrics"]
            return 1000 * next(fact["value"] for fact in metrics if fact["name"] == "TaskDuration")

        yield page, milliseconds
        browser.close()


def overlap(one: Box, other: Box) -> float:
    """Return intersection over union."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    common = max(0, width) * max(0, height)
    return common / (one.area + other.area - common)


class Agreement:
    """How often a device and the server say the same."""

    def __init__(self) -> None:
        self.faces = self.found = self.more = self.boxes = self.emotions = self.close = 0
        self.largest = 0.0

    def add(self, server: Sequence[Face], device: Sequence[dict[str, Any]]) -> None:
        """Count the faces of one photo."""
        left = [(Box(**face["box"]), face["probabilities"]) for face in device]
        for face in server:
            self.faces += 1
            same = [pair for pair in left if overlap(pair[0], face.box) > SAME_FACE]
            if not same:
                continue
            left.remove(same[0])
            self.found += 1
            box, probabilities = same[0]
            if box == face.box:
                self._compare(face, probabilities)
        self.more += len(left)

    def _compare(self, face: Face, probabilities: dict[str, float]) -> None:
        shares = [probabilities[emotion] for emotion in EMOTIONS]
        difference = max(abs(a - b) for a, b in zip(shares, face.probabilities, strict=True))
        self.boxes += 1
        self.emotions += EMOTIONS[shares.index(max(shares))] == face.emotion
        self.close += difference <= TOLERANCE
        self.largest = max(self.largest, difference)

    def lines(self) -> Iterator[str]:
        """Yield rows of a table."""

        def row(title: str, count: int, total: int) -> str:
            return f"| {title} | {count} of {total} ({count / max(1, total):.1%}) |"

        yield row("faces that both find", self.found, self.faces + self.more)
        yield row("of them with the very same box", self.boxes, self.found)
        yield row("same emotion, given the box", self.emotions, self.boxes)
        yield row(f"probabilities within {TOLERANCE}, given the box", self.close, self.boxes)
        yield f"| largest difference of them | {self.largest:.4f} |"


def main(arguments: list[str] | None = None) -> None:
    parser = OneLineParser(description="Compare reading in a browser with reading on the server.")
    parser.add_argument("photos", type=Path, help="archive or folder of labelled photos")
    parser.add_argument("--every", type=int, default=1, help="look at one photo in so many")
    options = parser.parse_args(arguments)
    card = Card.load(BUNDLED / CARD)
    predictor = Predictor((BUNDLED / NETWORK).read_bytes(), card)
    try:
        source = Source(options.photos)
        split = source.pick_split(None)
    except DatasetError as error:
        parser.error(str(error))
    site, agreement = Site(card), Agreement()
    times: dict[str, list[float]] = {READ: [], READ_FRAME: []}
    with opened(site) as (page, milliseconds):
        photos = source.read(split)
        for number, (_, content) in enumerate(photos):
            if number % options.every:
                continue
            site.photo = content
            page.evaluate(FETCH, [f"{SITE}/photo", *FRAME, FRAMED_SIDE])
            if not number:
                page.evaluate(COUNT_READINGS, WARM_UP_SECONDS)
            for script, measured in times.items():
                began = milliseconds()
                read = page.evaluate(script)
                measured.append(milliseconds() - began)
                if script == READ:
                    agreement.add(predictor.predict(read_image(content)), read["faces"])
        count = page.evaluate(COUNT_READINGS, SECONDS)
    print("| | |\n| --- | --- |")
    print("\n".join(agreement.lines()))
    for title, script in (("a photo", READ), ("a live view's frame", READ_FRAME)):
        each = times[script]
        print(f"| {title} | {median(each):.1f} ms, at most {max(each):.1f} ms |")
    print(f"| live readings | {count / SECONDS:.0f} a second |")
    print(f"| transferred once | {site.transferred() / 1e6:.2f} MB |")


if __name__ == "__main__":
    main()
