"""Configuration of gunicorn, which reads this file by default."""

import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads, which slow clients do not occupy.
worker_class = "emoplatform.gunicorn_worker.PatientWorker"
threads = 4

# The application is imported once and shared by all workers, which saves memory and time. That is
# safe, since importing opens nothing: each worker builds its own connections and models.
preload_app = True

# Heroku's router times out after 30 s, and a dyno has 30 s to stop.
timeout = 25
graceful_timeout = 20
# Longer than the router keeps idle connections (90 s), so that the router closes them first.
keepalive = 100
# Workers are restarted now and then, but not all at once.
max_requests = 5000
max_requests_jitter = 500

# Heartbeats are written to memory: a slow disk must not make workers look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True

# The path without query and secrets, and neither IP addresses nor people.
logger_class = "emoplatform.access_log.RedactingLogger"
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(B)sB %(M)sms %({x-request-id}o)s"


# All workers write their counts to this folder, and /metrics reports the sum.
if os.environ.get("METRICS_TOKEN"):
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="metrics-"))


def child_exit(_server: Any, worker: Any) -> None:
    """Drop the gauges of a worker that has exited."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        import_module("prometheus_client.multiprocess").mark_process_dead(worker.pid)


def when_ready(_server: Any) -> None:
    """Import every view before the workers fork, so that no first request is slow."""
    import_module("emoplatform.urls")
