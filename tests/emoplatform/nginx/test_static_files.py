"""nginx keeps static files, and nothing of a person’s."""

import json

import pytest

from tests.emoplatform.nginx.connections import ask
from tests.nginx import needs_nginx
from tests.upstream import Upstream

pytestmark = needs_nginx


def test_the_site_is_asked_once_for_a_static_file(proxy: str, upstream: Upstream) -> None:
    for query in range(5):
        status, response, _ = ask(proxy, f"/static/a.js?{query}", None, Accept_Encoding="gzip, br")
        assert (status, response.headers["X-Request-Id"]) == (200, None)
        assert response.headers["Cache-Control"] == "max-age=3600, public"
    assert upstream.begun == ["/static/a.js"]


def test_each_form_of_a_static_file_is_kept_by_itself(proxy: str, upstream: Upstream) -> None:
    for encodings in ("gzip, deflate, br", "br;q=1, gzip", "gzip", "identity", "deflate"):
        _, _, content = ask(proxy, "/static/a.js", None, Accept_Encoding=encodings)
        came = dict(json.loads(content)["headers"])["Accept-Encoding"]
        assert [name in came for name in ("br", "gzip")] == [
            name in encodings for name in ("br", "gzip")
        ]
    assert len(upstream.begun) == 3
    ask(proxy, "/static/a.js", None, Accept_Encoding="gzip", X_Forwarded_Proto="https")
    assert len(upstream.begun) == 4, "over HTTP, the site redirects"


@pytest.mark.parametrize("path", ["/static/private", "/today/", "/static/../today/"])
def test_nothing_of_a_persons_is_kept(proxy: str, upstream: Upstream, path: str) -> None:
    for _ in range(2):
        ask(proxy, path)
    assert len(upstream.begun) == 2
