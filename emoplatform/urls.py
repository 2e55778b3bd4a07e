"""All URLs of the site."""

from allauth.headless.base.views import APIView
from allauth.headless.constants import Client
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.i18n import set_language

from accounts.sign_in import headless_views
from accounts.views import password_set
from emoplatform import errors, health, metrics, well_known
from emotions.api.docs import docs
from emotions.api.schema_document import api_schema
from emotions.model_quality import views

NOT_APPLICABLE = (
    *("account/phone", "auth/phone/verify", "auth/phone/verify/resend"),
    *("auth/code/resend", "auth/email/verify/resend"),
    "tokens/refresh",
    "account/authenticators/webauthn",
    *(f"auth/webauthn/{step}" for step in ("authenticate", "login", "reauthenticate")),
)
"""What allauth offers for telephones, which nobody has here, for sending a code once more, for
tokens that are refreshed, and for passkeys, which browsers and phones give to the pages of a site
only."""

STRICTER: tuple[tuple[str, type[APIView]], ...] = (
    ("account/password/change", headless_views.ChangePasswordView),
    ("auth/code/confirm", headless_views.ConfirmCodeView),
    ("auth/code/request", headless_views.RequestCodeView),
    ("auth/password/reset", headless_views.ResetPasswordView),
    ("auth/sessions", headless_views.SessionsView),
)
"""Views of ours in the place of allauth's."""

urlpatterns = [
    path("", include("emotions.urls")),
    path("language/", set_language, name="set_language"),
    path("settings/", include("accounts.urls")),
    path("accounts/password/set/", password_set),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("api/v1/", include("emotions.api.urls")),
    *(path(f"api/auth/app/v1/{route}", errors.api_not_found) for route in NOT_APPLICABLE),
    *(
        path(f"api/auth/app/v1/{route}", view.as_api_view(client=Client.APP))
        for route, view in STRICTER
    ),
    path("api/auth/", include("allauth.headless.urls")),
    path("api/schema/", api_schema, name="api_schema"),
    path("api/docs/", docs, name="api_docs"),
    re_path(r"^api/(?:auth|v1)/", errors.api_not_found),
    path("admin/wild/", admin.site.admin_view(views.production_metrics), name="desk_wild"),
    path("admin/", admin.site.urls),
    path("metrics", metrics.metrics, name="metrics"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path(".well-known/security.txt", well_known.security_txt, name="security_txt"),
    path(".well-known/change-password", well_known.change_password, name="change_password"),
]

handler400 = "emoplatform.errors.bad_request"
handler403 = "emoplatform.errors.permission_denied"
handler404 = "emoplatform.errors.not_found"
handler500 = "emoplatform.errors.server_error"
