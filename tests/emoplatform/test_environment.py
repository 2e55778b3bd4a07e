"""The environment is read loudly: every wrong value names itself, and secrets are not repeated."""

import subprocess
import sys
from pathlib import Path

import pytest

from emoplatform.environment import Environment, SettingError
from tests.factories import SITE_KEY


def test_a_flag_understands_the_usual_words() -> None:
    env = Environment({"A": "True", "B": "off", "C": "1"})
    assert env.flag("A", default=False) is True
    assert env.flag("B", default=True) is False
    assert env.flag("C", default=False) is True
    assert env.flag("MISSING", default=True) is True


def test_a_wrong_flag_names_variable_expectation_and_value() -> None:
    with pytest.raises(SettingError, match=r"DEBUG: expected one of .*, received 'maybe'"):
        Environment({"DEBUG": "maybe"}).flag("DEBUG", default=False)


def test_a_required_text_must_be_there_and_long_enough() -> None:
    with pytest.raises(SettingError, match="SECRET_KEY: expected a secret, received nothing"):
        Environment({}).text("SECRET_KEY", default=None, expected="a secret")
    with pytest.raises(SettingError, match="received '5 characters'") as refused:
        Environment({"SECRET_KEY": "short"}).text(
            "SECRET_KEY", default=None, expected="a secret", minimum=32
        )
    assert "short" not in str(refused.value)


def test_a_token_may_be_missing_but_not_short() -> None:
    assert Environment({}).token("METRICS_TOKEN") is None
    assert Environment({"METRICS_TOKEN": ""}).token("METRICS_TOKEN") is None
    assert Environment({"METRICS_TOKEN": "x" * 32}).token("METRICS_TOKEN") == "x" * 32
    with pytest.raises(
        SettingError, match=r"METRICS_TOKEN.*at least 32 characters.*'31 characters'"
    ):
        Environment({"METRICS_TOKEN": "x" * 31}).token("METRICS_TOKEN")


def test_names_are_separated_by_commas() -> None:
    env = Environment({"ALLOWED_HOSTS": "a.example, b.example ,"})
    assert env.names("ALLOWED_HOSTS", default=None, expected="hosts") == ["a.example", "b.example"]
    with pytest.raises(SettingError, match="MISSING: expected hosts, received nothing"):
        env.names("MISSING", default=None, expected="hosts")


@pytest.mark.parametrize(
    "address", ["mysql://u:geheim@h/db", "nonsense", "postgres://u:geheim@h:port/db", "sqlite://"]
)
def test_a_wrong_database_address_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(SettingError, match="DATABASE_URL: expected postgres://") as refused:
        Environment({"DATABASE_URL": address}).database("DATABASE_URL", default=None)
    assert "geheim" not in str(refused.value)


def test_a_database_address_becomes_settings() -> None:
    config = Environment({"DATABASE_URL": "postgres://u:p@h:5433/db"}).database(
        "DATABASE_URL", default=None
    )
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (config["HOST"], config["PORT"], config["NAME"]) == ("h", 5433, "db")


def test_a_wrong_mail_address_is_refused_without_its_password() -> None:
    with pytest.raises(SettingError, match="EMAIL_URL: expected smtp") as refused:
        Environment({"EMAIL_URL": "pigeon://u:geheim@h"}).mail("EMAIL_URL", default=None)
    assert "geheim" not in str(refused.value)


def test_a_mail_address_becomes_settings() -> None:
    config = Environment({"EMAIL_URL": "smtp+tls://u:p@h:587"}).mail("EMAIL_URL", default=None)
    assert (config["EMAIL_HOST"], config["EMAIL_PORT"]) == ("h", 587)
    assert config["EMAIL_USE_TLS"] is True


def test_a_folder_must_be_absolute_and_a_zone_must_exist() -> None:
    with pytest.raises(SettingError, match="MEDIA_ROOT: expected an absolute folder path"):
        Environment({"MEDIA_ROOT": "media"}).folder("MEDIA_ROOT", default=Path("/x"))
    with pytest.raises(SettingError, match="TIME_ZONE: expected an IANA time zone"):
        Environment({"TIME_ZONE": "Mars/Base"}).time_zone("TIME_ZONE", default="UTC")


def test_failures_are_reported_to_a_well_formed_place_or_nowhere() -> None:
    assert Environment({}).dsn("SENTRY_DSN") is None
    dsn = "https://abc123@sentry.example.org/7"
    assert Environment({"SENTRY_DSN": dsn}).dsn("SENTRY_DSN") == dsn
    for wrong in ("sentry.example.org", "https://sentry.example.org/7", "https://a@host/name"):
        with pytest.raises(SettingError, match="SENTRY_DSN: expected https://KEY@HOST/PROJECT"):
            Environment({"SENTRY_DSN": wrong}).dsn("SENTRY_DSN")


@pytest.mark.parametrize("value", ["redis://:secret@cache:6379/1", "rediss://cache"])
def test_everything_is_counted_in_redis_where_one_is_named(value: str) -> None:
    caches = Environment({"REDIS_URL": value}).caches("REDIS_URL")
    assert {cache["LOCATION"] for cache in caches.values()} == {value}
    assert all("RedisCache" in cache["BACKEND"] for cache in caches.values())


def test_guesses_are_counted_in_the_database_where_there_is_no_redis() -> None:
    caches = Environment({}).caches("REDIS_URL")
    assert "DatabaseCache" in caches["default"]["BACKEND"]
    assert "LocMemCache" in caches["counters"]["BACKEND"]


def test_a_wrong_cache_names_itself_and_keeps_its_password() -> None:
    with pytest.raises(SettingError, match="REDIS_URL: expected redis://") as refused:
        Environment({"REDIS_URL": "http://:secret@cache"}).caches("REDIS_URL")
    assert "secret" not in str(refused.value)


def test_limits_are_a_count_and_a_time() -> None:
    assert Environment({}).limit("API_LIMIT", default="600/m") == (600, 60)
    assert Environment({"API_LIMIT": "5/s"}).limit("API_LIMIT", default="1/h") == (5, 1)
    for wrong in ("", "600", "0/m", "600/day", "-1/m"):
        with pytest.raises(SettingError, match="such as 600/m"):
            Environment({"API_LIMIT": wrong}).limit("API_LIMIT", default="1/h")


def test_origins_are_whole_and_nothing_else() -> None:
    two = "https://a.example.org, http://localhost:3000"
    assert Environment({"CORS": two}).origins("CORS") == two.split(", ")
    assert Environment({}).origins("CORS") == []
    apps = ["capacitor://localhost", "ionic://localhost", "tauri://localhost"]
    assert Environment({"CORS": ",".join(apps)}).origins("CORS") == apps
    for wrong in ("*", "null", "a.example.org", "https://a.example.org/path", "htps://a.example"):
        with pytest.raises(SettingError, match="expected origins such as"):
            Environment({"CORS": wrong}).origins("CORS")


def test_an_origin_and_a_contact_are_addresses() -> None:
    env = Environment({"SITE_URL": "https://mood.example.org/", "VAPID_CONTACT": "me@example.org"})
    with pytest.raises(SettingError, match="SITE_URL: expected an origin"):
        env.origin("SITE_URL", default="https://x.example")
    with pytest.raises(SettingError, match="VAPID_CONTACT: expected mailto:ADDRESS"):
        env.contact("VAPID_CONTACT", default="mailto:x@example.org")
    assert Environment({}).origin("SITE_URL", default="https://x.example") == "https://x.example"


def test_a_key_for_notifications_is_one_or_none_and_never_repeated() -> None:
    assert Environment({"VAPID_PRIVATE_KEY": ""}).vapid_key("VAPID_PRIVATE_KEY") is None
    assert Environment({"K": SITE_KEY}).vapid_key("K") == SITE_KEY
    for wrong in ("geheim", SITE_KEY[:-4], "ä", "A" * 43):
        with pytest.raises(SettingError, match="K: expected a private key on P-256") as refused:
            Environment({"K": wrong}).vapid_key("K")
        assert wrong not in str(refused.value)


def test_the_key_is_made_as_the_deployment_guide_says() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "deployment.md").read_text()
    (line,) = (line.strip() for line in guide.splitlines() if "generate_keys" in line)
    line = line.replace(".venv/bin/python", sys.executable)
    made = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
    key = made.stdout.strip()
    assert Environment({"VAPID_PRIVATE_KEY": key}).vapid_key("VAPID_PRIVATE_KEY") == key


def test_counts_and_sizes_are_whole_and_have_a_unit() -> None:
    assert Environment({}).count("QUOTA", default=5) == 5
    assert Environment({"QUOTA": "70"}).count("QUOTA", default=5) == 70
    assert Environment({}).size("ROOM", default="2 GB") == 2 * 2**30
    assert Environment({"ROOM": "500MB"}).size("ROOM", default="2 GB") == 500 * 2**20
    for wrong in ("0", "-1", "1.5", "", "many"):
        with pytest.raises(SettingError, match="a whole number above 0"):
            Environment({"QUOTA": wrong}).count("QUOTA", default=5)
        with pytest.raises(SettingError, match="such as 500 MB"):
            Environment({"ROOM": f"{wrong} GB"}).size("ROOM", default="2 GB")
