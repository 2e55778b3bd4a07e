"""Running web processes follow promotions at once, and a kill at any moment leaves no mess."""

import json
import random
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pictures import astronaut_jpeg
from tests.sites import Site, create_app_session, installed_site, serve

pytestmark = pytest.mark.slow
ROUNDS, KILLS = 5, 30

CHANGES = f"""
from emotions.models import Detection
from ml import registry
from tests.pace import wait_until

def wait_for_an_answer():
    version = registry.active_version()
    latest = Detection.objects.latest("pk").pk if Detection.objects.exists() else 0
    newer = Detection.objects.filter(pk__gt=latest, model_version=version)
    wait_until(newer.exists)

for _ in range({ROUNDS}):
    for name in ("v1", "v2"):
        registry.promote(registry.get_version(name), by="test")
        wait_for_an_answer()
    for _ in range(2):
        registry.roll_back(by="test")
        wait_for_an_answer()
"""
"""Promotes and rolls back, each time until a request was answered by the version of the moment."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site with two more versions whose probabilities differ, and answers to compare."""
    with installed_site(tmp_path) as site:
        site.python(
            "from ml.models import ModelVersion as M; from ml import registry\n"
            "from tests.ml import versions\n"
            "M.objects.update(answers=[versions.answers(0.3).to_json()])\n"
            "for n in (1, 2):\n"
            "    files = versions.files(f'v{n}', padding=n, face_margin=0.1 * n)\n"
            "    registry.register(files, made_by='test')\n"
        )
        yield site


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    """The address of the site, served by two workers."""
    with serve(site) as address:
        yield address


def post_capture(address: str, token: str) -> int:
    """Post the portrait as a phone does and return the status."""
    boundary = uuid.uuid4().hex
    fields = {"uuid": str(uuid.uuid4()), "time_zone": "UTC"}
    body = b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    body += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="photo"; filename="p.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    body += astronaut_jpeg() + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(
        f"{address}/api/v1/captures/",
        body,
        {"Content-Type": f"multipart/form-data; boundary={boundary}", "X-Session-Token": token},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_promotions_under_load_fail_no_request_and_every_row_names_its_version(
    site: Site, address: str
) -> None:
    token = create_app_session(site)
    statuses: list[int] = []
    over = threading.Event()

    def post() -> None:
        while not over.is_set():
            statuses.append(post_capture(address, token))

    clients = [threading.Thread(target=post) for _ in range(2)]
    for client in clients:
        client.start()
    site.python(CHANGES)
    over.set()
    for client in clients:
        client.join()
    assert set(statuses) == {201}

    told = site.python(
        "import json; from collections import Counter; import numpy as np\n"
        "from common.imaging import images\n"
        "from emotions.models import Detection; from ml import registry\n"
        "from tests.pictures import astronaut_jpeg\n"
        "pixels = images.read_image(astronaut_jpeg())\n"
        "seen = Counter()\n"
        "for row in Detection.objects.select_related('model_version'):\n"
        "    (face,) = registry.predictor_of(row.model_version).predict(pixels)\n"
        "    assert np.allclose(row.probabilities, face.probabilities, atol=1e-6)\n"
        "    seen[row.model_version.name] += 1\n"
        "print(json.dumps(seen))"
    )
    seen = json.loads(told.splitlines()[-1])
    assert sum(seen.values()) == len(statuses)
    assert {"v1", "v2"} < seen.keys()


WORK = {
    "registering": "registry.register(versions.files(f'r{n}', padding=100 + n), made_by='test')",
    "promoting": "registry.promote(M.objects.get(name=f'v{1 + n % 2}'), by='test')",
    "rolling back": "registry.roll_back(by='test')",
    "importing": "transfer.import_version(Path(sys.argv[-1]), made_by='test')",
}


def test_a_kill_at_any_moment_leaves_one_active_version_and_nothing_half_done(
    site: Site, tmp_path: Path
) -> None:
    exported = tmp_path / "travels.zip"
    site.python(
        "from pathlib import Path; from ml import registry; from ml.registry import transfer\n"
        "from tests.ml import versions\n"
        "version = registry.register(versions.files('travels', padding=9), made_by='test')\n"
        f"transfer.export_version(version, Path({str(exported)!r}))\n"
        "version.delete()\n"
        "registry.promote(registry.get_version('v1'), by='test')"
    )
    moments = random.Random(1)
    for number in range(KILLS):
        victim = site.start(
            sys.executable,
            *("manage.py", "shell", "--no-imports", "-c"),
            "import sys; from itertools import count; from pathlib import Path\n"
            "from ml import registry; from ml.models import ModelVersion as M\n"
            "from ml.registry import transfer; from tests.ml import versions\n"
            f"for n in count({100 * number}):\n"
            + "".join(
                f"    try: {work.replace('sys.argv[-1]', repr(str(exported)))}\n"
                "    except (ValueError, registry.NoModelError): pass\n"
                "    print('worked', flush=True)\n"
                for work in WORK.values()
            ),
        )
        assert victim.stdout is not None
        output = iter(victim.stdout.readline, "")
        for _ in range(moments.randint(1, 12)):
            assert "worked\n" in output
        time.sleep(moments.uniform(0, 0.05))  # Somewhere in the middle of the next work.
        assert victim.poll() is None, victim.stdout.read()
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        told = site.python(
            "from ml import registry; from ml.models import ModelVersion as M, Promotion\n"
            "assert M.objects.filter(active=True).count() == 1\n"
            "assert registry.serving().version == registry.active_version()\n"
            "for version in M.objects.filter(bundled=False):\n"
            "    assert version.artefacts.count() == 4, version\n"
            "    assert registry.predictor_of(version)\n"
            "assert Promotion.objects.first().version == registry.active_version()\n"
            "print('whole')"
        )
        assert told.endswith("whole\n")
