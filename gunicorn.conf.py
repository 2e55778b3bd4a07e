"""How gunicorn serves the site; it reads this file by itself."""

import os
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# With threads, which slow senders do not occupy.
worker_class = "emoplatform.gunicorn_worker.PatientWorker"
threads = 4

# Imported once and shared by all workers, which saves memory and starts them at once. Safe,
# because nothing is opened at import: each worker builds its own connections and networks.
preload_app = True

# Heroku's router gives up after 30 s, and a dyno has 30 s to stop.
timeout = 25
graceful_timeout = 20
# Longer than the router keeps an idle connection (90 s), so that it is never the one surprised.
keepalive = 100
# A worker is renewed now and then, not all at the same time.
max_requests = 5000
max_requests_jitter = 500

# Heartbeats go to memory: a slow disk must not look like a dead worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
control_socket_disable = True

# The path without its query and without keys, and neither addresses nor people.
logger_class = "emoplatform.access_log.RedactingLogger"
accesslog = "-"
access_log_format = "%(m)s %(U)s %(s)s %(B)sB %(M)sms %({x-request-id}o)s"


# Where the processes count requests together, which /metrics tells to who has the token.
if os.environ.get("METRICS_TOKEN"):
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="metrics-"))


def child_exit(_server: Any, worker: Any) -> None:
    """Forget what only a living process has to tell."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        import_module("prometheus_client.multiprocess").mark_process_dead(worker.pid)


def when_ready(_server: Any) -> None:
    """Import every view before the workers fork, so that none pays for it at its first request."""
    import_module("emoplatform.urls")
