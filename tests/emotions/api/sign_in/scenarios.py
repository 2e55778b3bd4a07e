"""How each operation of signing in comes to answer each status that the document names."""

from collections.abc import Callable
from typing import Any

from tests.emotions.api.sign_in.apps import SECOND, TOTP, App
from tests.factories import PASSWORD

Scenario = Callable[[App], Any]
GUESS = "not the word"
NEW = "another quiet diary"
NEWCOMER = {"email": "newcomer@example.org", "password": PASSWORD}
STRANGER = "stranger@example.org"
EMAIL, CHANGE = "account/email", "account/password/change"
CODES = "account/authenticators/recovery-codes"


def verifying(app: App) -> App:
    app.settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    return app


def closed(app: App) -> App:
    app.settings.SIGN_UP = "closed"
    return app


def signs_up_too_often(app: App) -> Any:
    return app.often(lambda: app.forget().post("auth/signup", email="x", password=PASSWORD))


def uses_codes_up(app: App) -> Any:
    app.asked_for_code()
    return app.often(lambda: app.post("auth/code/confirm", code="BCDF-GHJK"))


def signs_in_by_code(app: App) -> Any:
    app.forget().asked_for_code()
    return app.post("auth/code/confirm", code=app.emailed(r"\b([A-Z]{4}-[A-Z]{4})\b"))


def resets(app: App) -> Any:
    return app.post("auth/password/reset", key=app.password_key(), password=NEW)


def resets_another(app: App) -> Any:
    assert app.post("auth/signup", **NEWCOMER).status_code == 200
    return resets(app)


def verifies(app: App, *, signed_in: bool) -> Any:
    key = app.with_addresses(verified=False).confirmed().email_key()
    return (app if signed_in else app.forget()).post("auth/email/verify", key=key)


def checks_email_key(app: App) -> Any:
    key = app.with_addresses(verified=False).confirmed().email_key()
    return app.ask("GET", "auth/email/verify", **{"X-Email-Verification-Key": key})


def checks_password_key(app: App, key: str = "") -> Any:
    return app.ask("GET", "auth/password/reset", **{"X-Password-Reset-Key": key})


def signs_other_out(app: App) -> Any:
    app.signed_in()
    other = app.device()
    return app.forget().signed_in().ask("DELETE", "auth/sessions", {"sessions": [other]})


def addresses(method: str, app: App, *, email: str = SECOND, **fields: Any) -> Any:
    return app.ask(method, EMAIL, {"email": email, **fields})


def too_often(method: str) -> Scenario:
    """Return how addresses are changed too often."""
    return lambda app: app.signed_in().often(lambda: addresses(method, app, email="x"))


def adds_factor(app: App) -> Any:
    app.secret = app.confirmed().ask("GET", TOTP).json()["meta"]["secret"]
    return app.post(TOTP, code=app.code())


def unverified(app: App) -> App:
    app.settings.MFA_ALLOW_UNVERIFIED_EMAIL = False
    return app.with_addresses(verified=False).confirmed()


def of_factor(route: str) -> dict[tuple[str, str, int], Scenario]:
    """Return how a code of the second factor fails."""
    return {
        ("POST", route, 400): lambda app: waiting(app, route).post(route, code="000000"),
        ("POST", route, 401): lambda app: app.post(route, code="000000"),
        ("POST", route, 429): lambda app: app.often(
            lambda: waiting(app, route).post(route, code="000000")
        ),
    }


def waiting(app: App, route: str) -> App:
    """Let a code be asked for at an address, once."""
    if app.headers:
        return app
    return app.half_signed_in() if route.endswith("/authenticate") else app.with_factor()


SCENARIOS: dict[tuple[str, str, int], Scenario] = {
    ("GET", "config", 200): lambda app: app.ask("GET", "config"),
    ("POST", "auth/signup", 200): lambda app: app.post("auth/signup", **NEWCOMER),
    ("POST", "auth/signup", 400): lambda app: app.post("auth/signup", email="x", password="y"),
    ("POST", "auth/signup", 401): lambda app: verifying(app).post("auth/signup", **NEWCOMER),
    ("POST", "auth/signup", 403): lambda app: closed(app).post("auth/signup", **NEWCOMER),
    ("POST", "auth/signup", 409): lambda app: app.signed_in().post("auth/signup", **NEWCOMER),
    ("POST", "auth/signup", 429): signs_up_too_often,
    ("POST", "auth/login", 200): lambda app: app.signs_in(),
    ("POST", "auth/login", 400): lambda app: app.signs_in(GUESS),
    ("POST", "auth/login", 401): lambda app: app.with_factor().forget().signs_in(),
    ("POST", "auth/login", 409): lambda app: app.signed_in().signs_in(),
    ("POST", "auth/login", 429): lambda app: app.often(lambda: app.signs_in(GUESS)),
    ("POST", "auth/2fa/authenticate", 200): lambda app: app.half_signed_in().post(
        "auth/2fa/authenticate", code=app.code(1)
    ),
    **of_factor("auth/2fa/authenticate"),
    ("POST", "auth/code/request", 200): lambda app: app.signed_in().post(
        "auth/code/request", email=app.owner.email
    ),
    ("POST", "auth/code/request", 400): lambda app: app.post("auth/code/request", email="x"),
    ("POST", "auth/code/request", 401): lambda app: app.post("auth/code/request", email=STRANGER),
    ("POST", "auth/code/request", 429): lambda app: app.often(
        lambda: app.post("auth/code/request", email=STRANGER)
    ),
    ("POST", "auth/code/confirm", 200): signs_in_by_code,
    ("POST", "auth/code/confirm", 400): lambda app: app.asked_for_code().post(
        "auth/code/confirm", code="BCDF-GHJK"
    ),
    ("POST", "auth/code/confirm", 401): lambda app: signs_in_by_code(app.with_factor()),
    ("POST", "auth/code/confirm", 409): uses_codes_up,
    ("POST", "auth/password/request", 200): lambda app: app.post(
        "auth/password/request", email=STRANGER
    ),
    ("POST", "auth/password/request", 400): lambda app: app.post(
        "auth/password/request", email="x"
    ),
    ("POST", "auth/password/request", 429): lambda app: app.often(
        lambda: app.post("auth/password/request", email=STRANGER)
    ),
    ("GET", "auth/password/reset", 200): lambda app: checks_password_key(app, app.password_key()),
    ("GET", "auth/password/reset", 400): lambda app: checks_password_key(app, "1-2"),
    ("POST", "auth/password/reset", 200): resets_another,
    ("POST", "auth/password/reset", 400): lambda app: app.post(
        "auth/password/reset", key="1-2", password=NEW
    ),
    ("POST", "auth/password/reset", 401): resets,
    ("POST", "auth/password/reset", 429): lambda app: app.often(
        lambda: app.post("auth/password/reset", key="1-2", password=NEW)
    ),
    ("GET", "auth/email/verify", 200): checks_email_key,
    ("GET", "auth/email/verify", 400): lambda app: app.ask("GET", "auth/email/verify"),
    ("POST", "auth/email/verify", 200): lambda app: verifies(app, signed_in=True),
    ("POST", "auth/email/verify", 400): lambda app: app.post("auth/email/verify", key="x"),
    ("POST", "auth/email/verify", 401): lambda app: verifies(app, signed_in=False),
    ("GET", "auth/session", 200): lambda app: app.signed_in().ask("GET", "auth/session"),
    ("GET", "auth/session", 401): lambda app: app.ask("GET", "auth/session"),
    ("DELETE", "auth/session", 401): lambda app: app.signed_in().ask("DELETE", "auth/session"),
    ("GET", "auth/sessions", 200): lambda app: app.signed_in().ask("GET", "auth/sessions"),
    ("GET", "auth/sessions", 401): lambda app: app.ask("GET", "auth/sessions"),
    ("DELETE", "auth/sessions", 200): lambda app: app.confirmed().ask(
        "DELETE", "auth/sessions", {"sessions": [App(app.owner, app.settings).signed_in().device()]}
    ),
    ("DELETE", "auth/sessions", 400): lambda app: app.signed_in().ask(
        "DELETE", "auth/sessions", {"sessions": ["x"]}
    ),
    ("DELETE", "auth/sessions", 401): signs_other_out,
    ("POST", "auth/reauthenticate", 200): lambda app: app.signed_in().post(
        "auth/reauthenticate", password=PASSWORD
    ),
    ("POST", "auth/reauthenticate", 400): lambda app: app.signed_in().post(
        "auth/reauthenticate", password=GUESS
    ),
    ("POST", "auth/reauthenticate", 401): lambda app: app.post(
        "auth/reauthenticate", password=PASSWORD
    ),
    ("POST", "auth/reauthenticate", 429): lambda app: app.signed_in().often(
        lambda: app.post("auth/reauthenticate", password=GUESS)
    ),
    ("POST", "auth/2fa/reauthenticate", 200): lambda app: app.with_factor().post(
        "auth/2fa/reauthenticate", code=app.code(1)
    ),
    **of_factor("auth/2fa/reauthenticate"),
    ("POST", CHANGE, 200): lambda app: app.signed_in().post(
        CHANGE, current_password=PASSWORD, new_password=NEW
    ),
    ("POST", CHANGE, 400): lambda app: app.signed_in().post(
        CHANGE, current_password=GUESS, new_password=NEW
    ),
    ("POST", CHANGE, 401): lambda app: app.post(CHANGE, new_password=NEW),
    ("POST", CHANGE, 429): lambda app: app.signed_in().often(
        lambda: app.post(CHANGE, current_password=GUESS, new_password=NEW)
    ),
    ("GET", EMAIL, 200): lambda app: app.with_addresses().signed_in().ask("GET", EMAIL),
    ("GET", EMAIL, 401): lambda app: app.ask("GET", EMAIL),
    ("POST", EMAIL, 200): lambda app: addresses("POST", app.confirmed()),
    ("POST", EMAIL, 400): lambda app: addresses("POST", app.confirmed(), email="x"),
    ("POST", EMAIL, 401): lambda app: addresses("POST", app.signed_in()),
    ("POST", EMAIL, 409): lambda app: addresses("POST", app),
    ("PUT", EMAIL, 200): lambda app: addresses(
        "PUT", app.with_addresses(verified=False).signed_in()
    ),
    ("PUT", EMAIL, 400): lambda app: addresses("PUT", app.signed_in()),
    ("PUT", EMAIL, 401): lambda app: addresses("PUT", app),
    ("PUT", EMAIL, 403): lambda app: (
        app.with_addresses(verified=False).signed_in().often(lambda: addresses("PUT", app))
    ),
    ("PATCH", EMAIL, 200): lambda app: addresses(
        "PATCH", app.with_addresses().confirmed(), primary=True
    ),
    ("PATCH", EMAIL, 400): lambda app: addresses("PATCH", app.confirmed(), primary=True),
    ("PATCH", EMAIL, 401): lambda app: addresses(
        "PATCH", app.with_addresses().signed_in(), primary=True
    ),
    ("DELETE", EMAIL, 200): lambda app: addresses("DELETE", app.with_addresses().confirmed()),
    ("DELETE", EMAIL, 400): lambda app: addresses("DELETE", app.confirmed()),
    ("DELETE", EMAIL, 401): lambda app: addresses("DELETE", app.with_addresses().signed_in()),
    **{(method, EMAIL, 429): too_often(method) for method in ("POST", "PUT", "PATCH", "DELETE")},
    ("GET", "account/authenticators", 200): lambda app: app.with_factor().ask(
        "GET", "account/authenticators"
    ),
    ("GET", "account/authenticators", 401): lambda app: app.ask("GET", "account/authenticators"),
    ("GET", TOTP, 200): lambda app: app.with_factor().ask("GET", TOTP),
    ("GET", TOTP, 401): lambda app: app.ask("GET", TOTP),
    ("GET", TOTP, 404): lambda app: app.signed_in().ask("GET", TOTP),
    ("GET", TOTP, 409): lambda app: unverified(app).ask("GET", TOTP),
    ("POST", TOTP, 200): adds_factor,
    ("POST", TOTP, 400): lambda app: app.confirmed().post(TOTP, code="000000"),
    ("POST", TOTP, 401): lambda app: app.post(TOTP, code="000000"),
    ("POST", TOTP, 429): lambda app: app.confirmed().often(lambda: app.post(TOTP, code="000000")),
    ("DELETE", TOTP, 200): lambda app: app.with_factor().ask("DELETE", TOTP),
    ("DELETE", TOTP, 401): lambda app: app.ask("DELETE", TOTP),
    ("GET", CODES, 200): lambda app: app.with_factor().ask("GET", CODES),
    ("GET", CODES, 401): lambda app: app.ask("GET", CODES),
    ("GET", CODES, 404): lambda app: app.confirmed().ask("GET", CODES),
    ("POST", CODES, 200): lambda app: app.with_factor().post(CODES),
    ("POST", CODES, 400): lambda app: app.confirmed().post(CODES),
    ("POST", CODES, 401): lambda app: app.post(CODES),
}
