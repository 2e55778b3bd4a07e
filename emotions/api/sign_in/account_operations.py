"""Operations on what people sign in with, as this site serves them to apps."""

from django.utils.translation import gettext_lazy as _

from emotions.api.sign_in.operations import DONE, SIGNED_IN, Operation

CONFIRM_FIRST = _(
    "Unauthorized: the person isn't signed in, or has to confirm first that it's them; `flows` "
    "has what comes next."
)

ACCOUNT: dict[tuple[str, str], Operation] = {
    ("post", "account/password/change"): Operation(
        operation_id="password_change",
        summary=_("Change the password"),
        description=_(
            "Ends every other sign-in and all access tokens; go on with the new session token in "
            "`meta`. Who has no password yet confirms first that it's them."
        ),
        body="PasswordChange",
        answers=SIGNED_IN,
        errors=(401, 429),
        texts={200: _("Changed."), 401: CONFIRM_FIRST},
    ),
    ("get", "account/email"): Operation(
        operation_id="emails_list",
        summary=_("List email addresses"),
        description=_("The addresses of the account, of which one is to sign in with."),
        answers={200: "EmailAddresses"},
        errors=(401,),
        texts={200: _("The email addresses.")},
    ),
    ("post", "account/email"): Operation(
        operation_id="emails_add",
        summary=_("Add an email address"),
        description=_("Adds an address and sends a link to it that confirms it."),
        body="EmailAddressOnly",
        answers={200: "EmailAddresses"},
        errors=(401, 409, 429),
        texts={
            200: _("The email addresses, with the new one."),
            401: _("Unauthorized: the person has to confirm first that it's them."),
            409: _("Conflict: nobody is signed in."),
        },
    ),
    ("put", "account/email"): Operation(
        operation_id="emails_send_link",
        summary=_("Send a link once more"),
        description=_("Sends the link that confirms an address again."),
        body="EmailAddressOnly",
        answers=DONE,
        errors=(401, 403, 429),
        texts={
            200: _("An email is on its way."),
            403: _("Forbidden: one was sent just now, or the address is confirmed."),
        },
    ),
    ("patch", "account/email"): Operation(
        operation_id="emails_make_primary",
        summary=_("Sign in by another email address"),
        description=_("Makes a confirmed address the one to sign in with."),
        body="PrimaryEmail",
        answers={200: "EmailAddresses"},
        errors=(401, 429),
        texts={200: _("The email addresses."), 401: CONFIRM_FIRST},
    ),
    ("delete", "account/email"): Operation(
        operation_id="emails_remove",
        summary=_("Remove an email address"),
        description=_("Removes an address that isn't the one to sign in with."),
        body="EmailAddressOnly",
        answers={200: "EmailAddresses"},
        errors=(401, 429),
        texts={200: _("The email addresses that are left."), 401: CONFIRM_FIRST},
    ),
    ("get", "account/authenticators"): Operation(
        operation_id="factors_list",
        summary=_("List second factors"),
        description=_("Authenticator app, recovery codes and passkeys."),
        answers={200: "Factors"},
        errors=(401,),
        texts={200: _("The second factors.")},
    ),
    ("get", "account/authenticators/totp"): Operation(
        operation_id="totp_retrieve",
        summary=_("Set up an authenticator app"),
        description=_(
            "Tells of the authenticator app; if there is none, the 404 has a new secret for one."
        ),
        answers={200: "OneFactor", 404: "NewFactor"},
        errors=(401, 409),
        texts={
            200: _("There is one."),
            404: _("Not Found: there is none; set it up with this secret."),
            409: _("Conflict: confirm the email address first."),
        },
    ),
    ("post", "account/authenticators/totp"): Operation(
        operation_id="totp_activate",
        summary=_("Add an authenticator app"),
        description=_(
            "By a code that it shows for the secret. Recovery codes are made with the first factor."
        ),
        body="FactorCode",
        answers={200: "OneFactor"},
        errors=(401, 429),
        texts={200: _("Added."), 401: CONFIRM_FIRST},
    ),
    ("delete", "account/authenticators/totp"): Operation(
        operation_id="totp_deactivate",
        summary=_("Remove the authenticator app"),
        description=_("Recovery codes go with the last factor."),
        answers=DONE,
        errors=(401,),
        texts={200: _("There is none (any more)."), 401: CONFIRM_FIRST},
    ),
    ("get", "account/authenticators/recovery-codes"): Operation(
        operation_id="recovery_codes_retrieve",
        summary=_("Show recovery codes"),
        description=_("The codes that are left, for the person to keep."),
        answers={200: "OneFactor", 404: "SignInDone"},
        errors=(401,),
        texts={
            200: _("The recovery codes."),
            401: CONFIRM_FIRST,
            404: _("Not Found: there are none."),
        },
    ),
    ("post", "account/authenticators/recovery-codes"): Operation(
        operation_id="recovery_codes_replace",
        summary=_("Make new recovery codes"),
        description=_("The old ones no longer work."),
        body="",
        answers={200: "OneFactor"},
        errors=(400, 401),
        texts={
            200: _("The new recovery codes."),
            400: _("Bad Request: there is no factor that they could stand in for."),
            401: CONFIRM_FIRST,
        },
    ),
}
