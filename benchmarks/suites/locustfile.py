"""Locust's apps: they sign in, record captures and read the history.

Each has an IP address of its own. `ACKNOWLEDGED` is the file for the UUIDs of captures that were
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

from benchmarks.suites.load_users import PASSWORD, email_of

CREATED = 201
OK = 200
ATTEMPTS = 5
numbers = itertools.count()
portrait = Path(os.environ["PORTRAIT"]).read_bytes()
acknowledged = Path(os.environ["ACKNOWLEDGED"]).open("a", buffering=1, encoding="ascii")  # noqa: SIM115


class App(FastHttpUser):
    """An app that sends the next request as soon as it has a response."""

    wait_time = constant(0)
    network_timeout = connection_timeout = 30.0

    def on_start(self) -> None:
        """Sign in, and record a first photo."""
        number = next(numbers)
        self.headers = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": f"10.0.{number // 250}.{1 + number % 250}",
        }
        credentials = {"email": email_of(number), "password": PASSWORD}
        for _ in range(ATTEMPTS):
            response = self.client.post(
                "/api/auth/app/v1/auth/login",
                json=credentials,
                headers=self.headers,
                name="sign in",
            )
            if response.ok:
                break
        self.headers["X-Session-Token"] = response.json()["meta"]["session_token"]
        self.captures: list[str] = []
        self.cursor = ""
        self.capture()

    @task(3)
    def capture(self) -> None:
        """Record a portrait, and log its UUID once it is acknowledged."""
        name = str(uuid.uuid4())
        for _ in range(ATTEMPTS):  # Retry with the same UUID, as apps do without a response.
            response = self.client.post(
                "/api/v1/captures/",
                files={"photo": ("portrait.jpg", portrait, "image/jpeg")},
                data={"uuid": name, "mood": "4", "kept": "photo"},
                headers=self.headers,
                name="capture",
            )
            if response.status_code in {OK, CREATED}:
                acknowledged.write(f"{name}\n")
                self.captures.append(name)
                break

    def read(self, name: str, path: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self.headers, name=name)

    @task(4)
    def today(self) -> None:
        self.read("today", "today/")

    @task(3)
    def history(self) -> None:
        self.read("history", "captures/")

    @task(1)
    def trends(self) -> None:
        last = datetime.now(UTC).date()
        self.read("trends", f"trends/?first={last - timedelta(days=27)}&last={last}")

    @task(3)
    def changes(self) -> None:
        after = f"?cursor={self.cursor}" if self.cursor else ""
        response = self.read("changes", f"changes/{after}")
        if response.ok:
            self.cursor = response.json().get("cursor") or self.cursor

    @task(5)
    def thumbnail(self) -> None:
        if self.captures:
            name = random.choice(self.captures)  # noqa: S311 - not secret
            self.read("thumbnail", f"captures/{name}/thumbnail/")
