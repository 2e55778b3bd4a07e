"""Operations that sign people up, in and out, as this site serves them to apps."""

from django.utils.translation import gettext_lazy as _

from emotions.api.sign_in.components import Json
from emotions.api.sign_in.operations import DONE, SIGNED_IN, Operation, header

DEVICE_NAME = header("X-Device-Name", _("What to call the device, such as Ada's phone."))
INVITATION: Json = {
    "name": "invitation",
    "in": "query",
    "description": _("The secret in the link of an invitation, where the site takes one."),
    "schema": {"type": "string"},
}
PROVED = _("Confirmed.")

SIGN_IN: dict[tuple[str, str], Operation] = {
    ("get", "config"): Operation(
        operation_id="sign_in_config",
        summary=_("Ask how people sign in"),
        description=_("What this site offers. `server/` tells more of it."),
        answers={200: "SignInConfiguration"},
        texts={200: _("How people sign in.")},
        is_public=True,
    ),
    ("post", "auth/signup"): Operation(
        operation_id="sign_up",
        summary=_("Sign up"),
        description=_(
            "Opens an account. Where addresses are confirmed by email, the answer is 401 with the "
            "pending flow `verify_email`, whether the address was free or not: a link in the "
            "email leads on."
        ),
        body="NewAccount",
        answers=SIGNED_IN,
        errors=(401, 403, 409, 429),
        texts={
            200: _("Signed up, and signed in."),
            401: _("Unauthorized: the email address has to be confirmed."),
            403: _("Forbidden: the site takes nobody, or only by invitation."),
            409: _("Conflict: somebody is signed in by this session token."),
        },
        parameters=(INVITATION, DEVICE_NAME),
        is_public=True,
    ),
    ("post", "auth/login"): Operation(
        operation_id="sign_in",
        summary=_("Sign in"),
        description=_(
            "By email address and password. If the person has a second factor, the answer is 401 "
            "with the pending flow `mfa_authenticate` and a session token that opens nothing yet."
        ),
        body="Credentials",
        answers=SIGNED_IN,
        errors=(401, 409, 429),
        texts={
            200: _("Signed in."),
            401: _("Unauthorized: a second factor or a confirmed email address is missing."),
            409: _("Conflict: somebody is signed in by this session token."),
        },
        parameters=(DEVICE_NAME,),
        is_public=True,
    ),
    ("post", "auth/2fa/authenticate"): Operation(
        operation_id="sign_in_factor",
        summary=_("Sign in: the second factor"),
        description=_(
            "Completes a sign-in by the code of an authenticator app or a recovery code."
        ),
        body="FactorCode",
        answers=SIGNED_IN,
        errors=(401, 429),
        texts={
            200: _("Signed in."),
            401: _("Unauthorized: no second factor is being waited for."),
        },
        parameters=(DEVICE_NAME,),
    ),
    ("post", "auth/code/request"): Operation(
        operation_id="sign_in_code_request",
        summary=_("Ask for a code by email"),
        description=_(
            "Sends a code to sign in with. The answer is 401 with the pending flow "
            "`login_by_code` and a session token that opens nothing yet, whether there is such an "
            "account or not."
        ),
        body="EmailAddressOnly",
        answers=SIGNED_IN,
        errors=(401, 429),
        texts={
            200: _("Somebody is signed in already by this session token."),
            401: _("Unauthorized: the code is being waited for."),
        },
        is_public=True,
    ),
    ("post", "auth/code/confirm"): Operation(
        operation_id="sign_in_code_confirm",
        summary=_("Sign in by a code"),
        description=_("Signs in by a code from an email, within 15 minutes and three attempts."),
        body="EmailedCode",
        answers=SIGNED_IN,
        errors=(401, 409),
        texts={
            200: _("Signed in."),
            401: _("Unauthorized: a second factor is missing."),
            409: _("Conflict: no code is being waited for (any more)."),
        },
        parameters=(DEVICE_NAME,),
    ),
    ("post", "auth/password/request"): Operation(
        operation_id="password_reset_request",
        summary=_("Ask for a new password"),
        description=_(
            "Sends a link to a page that takes a new password; also if there is no such account."
        ),
        body="EmailAddressOnly",
        answers=DONE,
        errors=(429,),
        texts={200: _("An email is on its way.")},
        is_public=True,
    ),
    ("get", "auth/password/reset"): Operation(
        operation_id="password_reset_check",
        summary=_("Check a link for a new password"),
        description=_("For apps that open the link in the email themselves."),
        answers={200: "PasswordKeyCheck"},
        errors=(400,),
        texts={200: _("The key is valid.")},
        parameters=(
            header("X-Password-Reset-Key", _("The key in the link of the email."), required=True),
        ),
        is_public=True,
    ),
    ("post", "auth/password/reset"): Operation(
        operation_id="password_reset",
        summary=_("Set a forgotten password"),
        description=_("Sets a new password, which ends every sign-in. Sign in with it afterwards."),
        body="NewPassword",
        answers=SIGNED_IN,
        errors=(401, 429),
        texts={
            200: _("Set; another account is signed in by this session token."),
            401: _("Set; the person has to sign in."),
        },
        is_public=True,
    ),
    ("get", "auth/email/verify"): Operation(
        operation_id="email_verification_check",
        summary=_("Check a link that confirms an email address"),
        description=_("For apps that open the link in the email themselves."),
        answers={200: "EmailKeyCheck"},
        errors=(400,),
        texts={200: _("The key is valid.")},
        parameters=(
            header(
                "X-Email-Verification-Key", _("The key in the link of the email."), required=True
            ),
        ),
        is_public=True,
    ),
    ("post", "auth/email/verify"): Operation(
        operation_id="email_verify",
        summary=_("Confirm an email address"),
        description=_("Confirms the address that the link was sent to. Sign in afterwards."),
        body="EmailKey",
        answers=SIGNED_IN,
        errors=(401,),
        texts={
            200: _("Confirmed, and signed in."),
            401: _("Confirmed; the person has to sign in."),
        },
        is_public=True,
    ),
    ("get", "auth/session"): Operation(
        operation_id="session_retrieve",
        summary=_("Ask who is signed in"),
        description=_("Tells who is signed in by a session token, or what is missing."),
        answers=SIGNED_IN,
        errors=(401,),
        texts={200: _("Signed in.")},
    ),
    ("delete", "auth/session"): Operation(
        operation_id="session_end",
        summary=_("Sign out"),
        description=_("Ends the session token. The answer is 401: nobody is signed in any more."),
        answers={},
        errors=(401,),
        texts={401: _("Signed out.")},
    ),
    ("get", "auth/sessions"): Operation(
        operation_id="sessions_list",
        summary=_("List sign-ins"),
        description=_("`devices/` lists the same with names."),
        answers={200: "SignInDevices"},
        errors=(401,),
        texts={200: _("Where the person is signed in.")},
    ),
    ("delete", "auth/sessions"): Operation(
        operation_id="sessions_end",
        summary=_("Sign several devices out"),
        description=_(
            "Ends their session tokens and cookies. For devices other than its own, the app "
            "confirms first that it's the person."
        ),
        body="ChosenSessions",
        answers={200: "SignInDevices"},
        errors=(401,),
        texts={
            200: _("Signed out; these are left."),
            401: _(
                "Unauthorized: the device itself is signed out now, or the person has to confirm "
                "first that it's them."
            ),
        },
    ),
    ("post", "auth/reauthenticate"): Operation(
        operation_id="reauthenticate",
        summary=_("Confirm who it is, by password"),
        description=_(
            "Opens for 15 minutes what asks for it: with reauthentication_required, or with the "
            "flow `reauthenticate`."
        ),
        body="PasswordProof",
        answers=SIGNED_IN,
        errors=(401, 429),
        texts={200: PROVED},
    ),
    ("post", "auth/2fa/reauthenticate"): Operation(
        operation_id="reauthenticate_factor",
        summary=_("Confirm who it is, by the second factor"),
        description=_("The same by the code of an authenticator app or a recovery code."),
        body="FactorCode",
        answers=SIGNED_IN,
        errors=(401, 429),
        texts={200: PROVED},
    ),
}
