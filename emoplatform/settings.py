"""Settings; what differs between installations comes from environment variables."""

import os
from email.utils import parseaddr
from importlib import import_module
from pathlib import Path

from csp.constants import NONE, SELF
from whitenoise.compress import Compressor

from emoplatform import log_formatting, openapi
from emoplatform.environment import CollectingEnvironment, allowances

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = CollectingEnvironment(os.environ)

# --- The installation -------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text(
    "SECRET_KEY",
    default="an insecure key that only development uses" if DEBUG else None,
    expected="a random text of at least 32 characters",
    minimum=32,
)
ENCRYPTION_KEYS = env.secrets("ENCRYPTION_KEYS")
PICTURE_KEYS = env.secrets("PICTURE_KEYS")
BACKUP_RECIPIENTS = env.age_recipients("BACKUP_RECIPIENTS")
BACKUP_SIGNING_KEY = env.ed25519_key("BACKUP_SIGNING_KEY")
ALLOWED_HOSTS = env.hosts(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEBUG else None
)
# Links in e-mails begin with it, never with what a request says of its host.
SITE_URL = env.origin(
    "SITE_URL",
    default="http://127.0.0.1:8000" if DEBUG else f"https://{ALLOWED_HOSTS[0].lstrip('.')}",
)
CSRF_TRUSTED_ORIGINS = [
    # With its port, which a proxy in front may keep to itself.
    SITE_URL,
    *(f"https://*{host}" if host.startswith(".") else f"https://{host}" for host in ALLOWED_HOSTS),
]
env.refuse_prefix("SCRIPT_NAME")
# gunicorn reads it before its configuration, and does not say what it expects.
env.count("WEB_CONCURRENCY", default=2)

if DEBUG and "DATABASE_URL" not in os.environ:
    VAR_DIR.mkdir(exist_ok=True)
DATABASES = {
    "default": env.database(
        "DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}" if DEBUG else None
    )
}
database = DATABASES["default"]
if database["ENGINE"].endswith("sqlite3"):
    database["OPTIONS"] = {
        # Transactions take the write lock when they begin, instead of failing half-way because
        # another writer was faster. WAL lets readers continue meanwhile.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    database["CONN_MAX_AGE"] = 60
    database["CONN_HEALTH_CHECKS"] = True
    database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    # Give up on a server that has vanished before the proxy times out.
    database["OPTIONS"].setdefault("tcp_user_timeout", 10_000)
CACHES = env.caches("REDIS_URL")
METRICS_TOKEN = env.token("METRICS_TOKEN")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    "backups",
    "emotions",
    "accounts",
    "ml",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "accounts.apps.DevicesConfig",
    "corsheaders",
    "csp",
    "drf_spectacular",
    "rest_framework",
    "django_tasks",
    "django_tasks_db",
    "emoplatform.apps.TwoFactorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
if DEBUG:
    # The development server then serves static files as production does.
    INSTALLED_APPS.insert(
        INSTALLED_APPS.index("django.contrib.staticfiles"), "whitenoise.runserver_nostatic"
    )

MIDDLEWARE = [
    "emoplatform.request_ids.RequestIdMiddleware",
    "emoplatform.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "emoplatform.outages.LoadSheddingMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "emoplatform.headers.ResourcePolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "emoplatform.headers.SelectiveGZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "emoplatform.request_texts.NullCharacterMiddleware",
    "emoplatform.repeated_refusals.RepeatedRefusalMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "emoplatform.request_limits.RequestSizeLimitMiddleware",
    "emoplatform.headless_problems.HeadlessThrottlingMiddleware",
    "emoplatform.headless_problems.HeadlessJsonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "emoplatform.headers.NoStoreMiddleware",
    "accounts.middleware.ProfileLocaleMiddleware",
    "accounts.sign_in.interrupted_forms.InterruptedFormMiddleware",
    "emoplatform.request_limits.PageLimitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.DeviceMiddleware",
    "accounts.middleware.ClearSiteDataMiddleware",
    "emoplatform.errors.DeletedAccountMiddleware",
]

ROOT_URLCONF = "emoplatform.urls"
WSGI_APPLICATION = "emoplatform.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.sign_in.context_processors.sign_up",
                "emotions.preferences.context_processors.appearance",
            ],
        },
    }
]

# --- People -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail is unique by a constraint on its lower case
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{validator}"}
    for validator in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "emotions:today"

ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "accounts.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if "EMAIL_URL" in os.environ else "none"
SIGN_UP = env.choice("SIGN_UP", default="open", choices=("open", "invitation", "closed"))
# Strangers can ask for letters to somebody's address; the link of each that came works for days.
# A code works only where it was asked for, so those are counted for each network that asks.
ACCOUNT_RATE_LIMITS = {
    "reset_password": "20/m/ip,5/h/key",
    "request_login_code": "20/m/ip,5/h/key",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60  # an e-mail takes a while
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_FORMS = {
    "signup": "accounts.sign_in.password_forms.SignUpForm",
    "change_password": "accounts.sign_in.password_forms.ChangePasswordForm",
    "set_password": "accounts.sign_in.password_forms.SetPasswordForm",
    "reset_password_from_key": "accounts.sign_in.password_forms.ResetPasswordForm",
    "request_login_code": "accounts.sign_in.code_forms.RequestCodeForm",
    "confirm_login_code": "accounts.sign_in.code_forms.ConfirmCodeForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "emotions:landing"
ACCOUNT_SESSION_REMEMBER = True
SESSION_ENGINE = "accounts.devices.sessions"
LAST_PERSON_COOKIE_NAME = "last-person"  # whose forms come back after signing in again
SESSION_COOKIE_AGE = 90 * 24 * 60 * 60  # renewed on each day on which the device is used
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Emoplatform: "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # for e-mail addresses; second factors always ask
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if DEBUG else "https"

MFA_ADAPTER = "accounts.sign_in.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "accounts.sign_in.passkeys.AddPasskeyForm",
    "authenticate_webauthn": "accounts.sign_in.passkeys.SecondFactorForm",
    "edit_webauthn": "accounts.sign_in.passkeys.RenamePasskeyForm",
    "login_webauthn": "accounts.sign_in.passkeys.SignInForm",
    "reauthenticate_webauthn": "accounts.sign_in.passkeys.ConfirmationForm",
}
MFA_TOTP_ISSUER = "Emoplatform"
ADMIN_NEEDS_SECOND_FACTOR = not DEBUG
MFA_TOTP_TOLERANCE = 1  # clocks of phones are slightly off
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION == "none"

# Development prints e-mails; production has to be able to send them.
vars().update(env.mail("EMAIL_URL", default="consolemail://" if DEBUG else None))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.address(
    "DEFAULT_FROM_EMAIL", default=f"Emoplatform <noreply@{ALLOWED_HOSTS[0].lstrip('.')}>"
)

# The privacy page names it for questions about personal data.
CONTACT_EMAIL = env.address("CONTACT_EMAIL", default=parseaddr(DEFAULT_FROM_EMAIL)[1])

# /.well-known/security.txt names it for weaknesses that somebody has found.
SECURITY_CONTACT = env.contact("SECURITY_CONTACT", default=f"mailto:{CONTACT_EMAIL}")

# Push services are told who runs the site; without a key, notifications are not offered.
VAPID_PRIVATE_KEY = env.vapid_key("VAPID_PRIVATE_KEY")
VAPID_CONTACT = env.contact("VAPID_CONTACT", default=f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}")

# --- Photos, pages and background tasks -------------------------------------------------------

# The site refuses to start where photos might not survive a restart.
STORAGES = {
    "default": env.bucket(
        "STORAGE_URL", required=not env.flag("MEDIA_IS_PERSISTENT", default=DEBUG)
    )
    or {
        "BACKEND": "emotions.pictures.local_storage.LocalStorage",
        "OPTIONS": {"location": env.folder("MEDIA_ROOT", default=VAR_DIR / "media")},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Public, whoever collects them, for the server that sends them.
        "OPTIONS": {"file_permissions_mode": 0o644, "directory_permissions_mode": 0o755},
    },
}
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Browsers do not ask for modules of Node, types and source maps, and compressing takes time.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    *Compressor.SKIP_COMPRESS_EXTENSIONS,
    *("cjs", "cts", "map", "ts"),
]
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/chart.js", BASE_DIR / "node_modules" / "chart.js" / "dist"),
    (
        "vendor/chartjs-chart-matrix",
        BASE_DIR / "node_modules" / "chartjs-chart-matrix" / "dist",
    ),
    ("vendor/litert", BASE_DIR / "node_modules" / ".litert"),  # bundled by package.json
]

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "emotions.api.authentication.SessionTokenAuthentication",
        "emotions.api.authentication.AccessTokenAuthentication",
        "emotions.api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "emotions.api.permissions.TokenScopePermission",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "emotions.api.negotiation.ContentNegotiation",
    "DEFAULT_PARSER_CLASSES": [
        "emotions.api.parsers.StrictJSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    # Outside development, the site runs behind one proxy, the only one to be trusted.
    "NUM_PROXIES": 0 if DEBUG else 1,
    "DEFAULT_PAGINATION_CLASS": "emotions.api.pagination.HistoryPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,  # the schema describes the API
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "emotions.api.problems.problem_response",
}
RATE_LIMITS = allowances.rate_limits(env)
QUOTAS = allowances.quotas(env)
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/(api|model-files)/"
CORS_ALLOW_HEADERS = [
    *("accept", "authorization", "content-type", "x-session-token", "x-device-name"),
    *("idempotency-key", "if-match", "if-none-match"),
]
CORS_EXPOSE_HEADERS = [
    *("ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After"),
    *("Warning", "X-Request-Id"),
]
SPECTACULAR_SETTINGS = openapi.SPECTACULAR_SETTINGS | {"CONTACT": {"email": CONTACT_EMAIL}}

# Apps sign in like the pages; links in e-mails lead to the pages.
HEADLESS_CLIENTS = ("app",)

EMOTION_DATASET = env.existing("EMOTION_DATASET")

# --- Language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "en"
# Each in its own language, so that everybody finds theirs.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["emoplatform.formats"]
TIME_ZONE = env.time_zone("TIME_ZONE", default="UTC")
USE_TZ = True

# --- Security ---------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "blob:"],  # previews of photos before the upload
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
# Our own pages may use the camera; every other feature is disabled.
PERMISSIONS_POLICY: dict[str, list[str] | str] = {
    "camera": "self",
    **{
        feature: []
        for feature in (
            *("accelerometer", "autoplay", "browsing-topics", "display-capture"),
            *("encrypted-media", "gamepad", "geolocation", "gyroscope", "hid", "magnetometer"),
            *("microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking"),
        )
    },
}
if not DEBUG:
    # The site runs behind nginx (deploy/nginx), which sets these headers and removes others.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_HTTPONLY = True  # scripts read the token from the form
    # Browsers accept cookies with this prefix only from this very host and over HTTPS.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    LAST_PERSON_COOKIE_NAME = "__Host-last-person"

# --- Logging: what happened, never whose photo, mood or e-mail --------------------------------

LOGGING = log_formatting.config(plain=DEBUG)

SENTRY_DSN = env.dsn("SENTRY_DSN")
env.check()
if SENTRY_DSN:
    import_module("emoplatform.sentry").init_sentry(SENTRY_DSN)
