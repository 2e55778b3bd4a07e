"""The logs of nginx have no secrets."""

from pathlib import Path

import pytest

from emoplatform.log_formatting import redact_path
from tests.emoplatform.nginx.connections import ask
from tests.nginx import needs_nginx, nginx_before
from tests.sites import free_address

pytestmark = needs_nginx

KEY = "secret-1a2b3c"


@pytest.mark.parametrize(
    "path",
    [
        f"/accounts/password/reset/key/1-{KEY}/",
        f"/accounts/confirm-email/{KEY}/",
        f"/accounts/confirm%2Demail/{KEY}/",
        f"/reminders/stop/{KEY}/",
        f"/settings/not-me/{KEY}/",
        f"/history/?words={KEY}",
    ],
)
def test_logs_have_no_secrets_and_no_queries(tmp_path: Path, path: str) -> None:
    assert "?" in path or "%" in path or KEY not in redact_path(path), "as gunicorn's log has it"
    with nginx_before(tmp_path, free_address()) as address:
        ask(address, path)
        ask(address, "/api/v1/me/import/", bytes(10), Referer=f"https://x/{KEY}")
    log = (tmp_path / "nginx-access.log").read_text()
    assert "POST /api/v1/me/import/ 503" in log
    assert KEY not in log
    assert KEY not in (tmp_path / "nginx-error.log").read_text()
