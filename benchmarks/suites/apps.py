"""Apps of people, for Locust: signing in, recording moments, looking back.

Each has an address of its own. `ACKNOWLEDGED` names the file for the UUIDs of captures that were
acknowledged, `PORTRAIT` the photo.
"""

import itertools
import os
import random
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from locust import FastHttpUser, constant, task

from benchmarks.suites.people import PASSWORD, address_of

CREATED = 201
OK = 200
PATIENCE = 5  # tries
numbers = itertools.count()
portrait = Path(os.environ["PORTRAIT"]).read_bytes()
acknowledged = Path(os.environ["ACKNOWLEDGED"]).open("a", buffering=1, encoding="ascii")  # noqa: SIM115


class App(FastHttpUser):
    """Somebody's app, which does the next thing as soon as it has an answer."""

    wait_time = constant(0)
    network_timeout = connection_timeout = 30.0

    def on_start(self) -> None:
        """Sign in with address and password, and take one photo to look at."""
        number = next(numbers)
        self.headers = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": f"10.0.{number // 250}.{1 + number % 250}",
        }
        said = {"email": address_of(number), "password": PASSWORD}
        for _ in range(PATIENCE):
            answer = self.client.post(
                "/api/auth/app/v1/auth/login", json=said, headers=self.headers, name="sign in"
            )
            if answer.ok:
                break
        self.headers["X-Session-Token"] = answer.json()["meta"]["session_token"]
        self.captures: list[str] = []
        self.cursor = ""
        self.capture()

    @task(3)
    def capture(self) -> None:
        """Record a moment with a portrait; tell of those that were acknowledged."""
        name = str(uuid.uuid4())
        for _ in range(PATIENCE):  # The same once more, as an app does that got no answer.
            answer = self.client.post(
                "/api/v1/captures/",
                files={"photo": ("portrait.jpg", portrait, "image/jpeg")},
                data={"uuid": name, "mood": "4", "kept": "photo"},
                headers=self.headers,
                name="capture",
            )
            if answer.status_code in {OK, CREATED}:
                acknowledged.write(f"{name}\n")
                self.captures.append(name)
                break

    def look(self, name: str, path: str) -> Any:
        """Read something, and return the answer."""
        return self.client.get(f"/api/v1/{path}", headers=self.headers, name=name)

    @task(4)
    def today(self) -> None:
        """Ask how today is."""
        self.look("today", "today/")

    @task(3)
    def history(self) -> None:
        """Look at the latest moments."""
        self.look("history", "captures/")

    @task(1)
    def trends(self) -> None:
        """Look at the last four weeks."""
        last = datetime.now(UTC).date()
        self.look("trends", f"trends/?first={last - timedelta(days=27)}&last={last}")

    @task(3)
    def changes(self) -> None:
        """Ask what is new."""
        after = f"?cursor={self.cursor}" if self.cursor else ""
        answer = self.look("changes", f"changes/{after}")
        if answer.ok:
            self.cursor = answer.json().get("cursor") or self.cursor

    @task(5)
    def thumbnail(self) -> None:
        """See a small picture."""
        if self.captures:
            name = random.choice(self.captures)  # noqa: S311 - not secret
            self.look("thumbnail", f"captures/{name}/thumbnail/")
