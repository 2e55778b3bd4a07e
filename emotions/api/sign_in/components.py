"""Schemas of what apps send to allauth's API for signing in, and of what it answers."""

from typing import Any

from allauth.headless.constants import Flow
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _

Json = dict[str, Any]


def reference(name: str, description: Any = "") -> Json:
    """Return a reference to one of `COMPONENTS`."""
    target = {"$ref": f"#/components/schemas/{name}"}
    return target | ({"description": description} if description else {})


def an_object(description: Any, *, optional: Json | None = None, **required: Json) -> Json:
    """Return the schema of an object."""
    return {
        "type": "object",
        "description": description,
        "properties": required | (optional or {}),
        **({"required": list(required)} if required else {}),
    }


def a_list(of: Json, description: Any) -> Json:
    return {"type": "array", "items": of, "description": description}


def text(description: Any, **more: Any) -> Json:
    return {"type": "string", "description": description, **more}


def flag(description: Any) -> Json:
    return {"type": "boolean", "description": description}


def number(description: Any) -> Json:
    return {"type": "integer", "description": description}


def moment(description: Any) -> Json:
    return {"type": "number", "format": "double", "description": description}


def answer(description: Any, data: Json | None = None, meta: Json | None = None) -> Json:
    """Return the schema of an answer, which has these members in all of allauth's API."""
    required = (
        {"status": STATUS} | ({"data": data} if data else {}) | ({"meta": meta} if meta else {})
    )
    optional = {} if meta else {"meta": reference("SignInMeta", META)}
    return an_object(description, optional=optional, **required)


STATUS: Json = number(_("The status code.")) | {"minimum": 100, "maximum": 599}
META = _("What an answer says besides its data.")
TOKEN = text(
    _(
        "Send it as X-Session-Token from now on. It's there whenever it is new, also before the "
        "sign-in is complete."
    )
)
EMAIL = text(_("An email address."), format="email", maxLength=254)
PASSWORD = text(_("The password."), minLength=1)
NEW_PASSWORD = text(
    _("At least 8 characters, not a common password, and unlike the email address."), minLength=1
)
KINDS = {"enum": [str(kind) for kind in Authenticator.Type]}
FLOWS = [
    *(Flow.LOGIN, Flow.LOGIN_BY_CODE, Flow.SIGNUP, Flow.MFA_LOGIN_WEBAUTHN),
    *(Flow.MFA_AUTHENTICATE, Flow.VERIFY_EMAIL, Flow.REAUTHENTICATE, Flow.MFA_REAUTHENTICATE),
]
FACTOR_CODE = text(_("What the authenticator app shows now, or a recovery code."), minLength=1)

BODIES: dict[str, Json] = {
    "Credentials": an_object(_("What a person signs in with."), email=EMAIL, password=PASSWORD),
    "NewAccount": an_object(_("What a person signs up with."), email=EMAIL, password=NEW_PASSWORD),
    "PasswordProof": an_object(_("Proves that the person is at the device."), password=PASSWORD),
    "FactorCode": an_object(_("A code of the second factor."), code=FACTOR_CODE),
    "EmailAddressOnly": an_object(_("Names an email address."), email=EMAIL),
    "EmailedCode": an_object(
        _("A code from an email."),
        code=text(_("The code, with or without its dash."), minLength=1),
    ),
    "NewPassword": an_object(
        _("A new password, for who has forgotten the old one."),
        key=text(_("The key in the link of the email."), minLength=1),
        password=NEW_PASSWORD,
    ),
    "PasswordChange": an_object(
        _("A new password, for who knows the old one."),
        optional={
            "current_password": text(_("Required if the account has a password."), minLength=1)
        },
        new_password=NEW_PASSWORD,
    ),
    "EmailKey": an_object(
        _("Confirms an email address."),
        key=text(_("The key in the link of the email."), minLength=1),
    ),
    "PrimaryEmail": an_object(
        _("Makes an email address the one to sign in with."),
        email=EMAIL,
        primary={"type": "boolean", "enum": [True], "description": _("Always true.")},
    ),
    "ChosenSessions": an_object(
        _("Names devices."),
        sessions=a_list(number(_("The id of a device.")), _("The ids of the devices."))
        | {"minItems": 1},
    ),
}

PARTS: dict[str, Json] = {
    "Account": an_object(
        _("A person's account, in few words."),
        optional={"email": text(_("The address to sign in with."), format="email")},
        id=number(_("The id of the account.")),
        display=text(_("What to call the person.")),
        has_usable_password=flag(_("Whether the account has a password.")),
    ),
    "SignInMethod": an_object(
        _("How the person proved who they are."),
        optional={
            "email": text(_("The address that was used."), format="email"),
            "id": number(_("The id of the second factor that was used.")),
            "type": text(_("The kind of second factor that was used.")) | KINDS,
            "reauthenticated": flag(_("Whether a person who was signed in confirmed it.")),
            "passwordless": flag(_("Whether a passkey alone sufficed.")),
        },
        method=text(_("What was used."), enum=["password", "code", "mfa", "password_reset"]),
        at=moment(_("When, in seconds since 1970.")),
    ),
    "SignInFlow": an_object(
        _("A way to go on."),
        optional={
            "is_pending": flag(_("Whether this comes next.")),
            "types": a_list(
                text(_("A kind of second factor.")) | KINDS, _("Second factors that would do.")
            ),
        },
        id=text(_("Which way."), enum=[str(flow.value) for flow in FLOWS]),
    ),
    "SignInMeta": an_object(META, optional={"session_token": TOKEN}),
    "SignInState": an_object(
        META,
        optional={"session_token": TOKEN},
        is_authenticated={
            "type": ["boolean", "null"],
            "description": _("Whether the person is signed in."),
        },
    ),
    "SignedInData": an_object(
        _("Who is signed in."),
        user=reference("Account", _("The person.")),
        methods=a_list(reference("SignInMethod"), _("How they proved who they are.")),
    ),
    "SignInOptions": an_object(
        _("What is left to do."),
        optional={
            "user": reference("Account", _("The person, if they are to confirm that it's them.")),
            "methods": a_list(reference("SignInMethod"), _("How they proved who they are.")),
        },
        flows=a_list(reference("SignInFlow"), _("The ways to go on.")),
    ),
    "SignInError": an_object(
        _("Something that is wrong."),
        optional={"param": text(_("The field that it's about."))},
        code=text(_("For programs.")),
        message=text(_("What is wrong, for people.")),
    ),
    "EmailAddress": an_object(
        _("An email address of the person."),
        email=text(_("The address."), format="email"),
        verified=flag(_("Whether it was confirmed.")),
        primary=flag(_("Whether it's the one to sign in with.")),
    ),
    "EmailKeyData": an_object(
        _("What a key would confirm."),
        email=text(_("The address."), format="email"),
        user=reference("Account", _("Whose it is.")),
    ),
    "EmailKeyMeta": an_object(
        META, is_authenticating=flag(_("Whether it would complete a sign-in."))
    ),
    "PasswordKeyData": an_object(
        _("What a key would open."), user=reference("Account", _("Whose password it would set."))
    ),
    "Factor": an_object(
        _("A second factor: an authenticator app, recovery codes or a passkey."),
        optional={
            "id": number(_("The id of a passkey.")),
            "name": text(_("The name of a passkey.")),
            "is_passwordless": flag(_("Whether a passkey suffices alone.")),
            "total_code_count": number(_("How many recovery codes there were.")),
            "unused_code_count": number(_("How many recovery codes are left.")),
            "unused_codes": a_list(text(_("A recovery code.")), _("The recovery codes left.")),
        },
        type=text(_("Its kind.")) | KINDS,
        created_at=moment(_("When it was added, in seconds since 1970.")),
        last_used_at={
            "type": ["number", "null"],
            "format": "double",
            "description": _("When it was used last, in seconds since 1970."),
        },
    ),
    "NewFactorMeta": an_object(
        META,
        optional={"session_token": TOKEN},
        secret=text(_("The secret to type into an authenticator app.")),
        totp_url=text(_("The same as an address, for a QR code."), format="uri"),
    ),
    "SignInDevice": an_object(
        _("Where the person is signed in."),
        id=number(_("The id of the device.")),
        user_agent=text(_("The browser or the app, as it names itself.")),
        ip=text(_("The IP address it was last seen at.")),
        created_at=moment(_("When the person signed in, in seconds since 1970.")),
        is_current=flag(_("Whether it's the device making the request.")),
    ),
    "SignInRules": an_object(
        _("How people sign in and up."),
        login_methods=a_list(
            text(_("A way to name oneself.")), _("What people name themselves by.")
        ),
        authentication_method=text(_("The same in one word.")),
        is_open_for_signup=flag(_("Whether somebody who asks like this may sign up.")),
        login_by_code_enabled=flag(_("Whether a code from an email signs people in.")),
        email_verification_by_code_enabled=flag(
            _("Whether a code confirms an email address; otherwise a link does.")
        ),
        password_reset_by_code_enabled=flag(
            _("Whether a code resets a password; otherwise a link does.")
        ),
    ),
    "FactorRules": an_object(
        _("Which second factors there are."),
        supported_types=a_list(text(_("A kind of second factor.")) | KINDS, _("The kinds.")),
        passkey_login_enabled=flag(_("Whether a passkey signs people in.")),
    ),
    "DeviceRules": an_object(
        _("What is known of devices."),
        track_activity=flag(_("Whether the latest request of each device is known to the second.")),
    ),
    "SignInConfigurationData": an_object(
        _("How people sign in to this site."),
        account=reference("SignInRules", _("How people sign in and up.")),
        mfa=reference("FactorRules", _("Which second factors there are.")),
        usersessions=reference("DeviceRules", _("What is known of devices.")),
    ),
}

ANSWERS: dict[str, Json] = {
    "SignedIn": answer(
        _("The person is signed in."),
        reference("SignedInData", _("Who is signed in.")),
        reference("SignInState", META),
    ),
    "SignInRequired": answer(
        _("The person isn't signed in, or not far enough: `flows` has what comes next."),
        reference("SignInOptions", _("What is left to do.")),
        reference("SignInState", META),
    ),
    "SignInDone": answer(_("It's done.")),
    "SignInProblem": an_object(
        _(
            "An error of signing in. `errors` has what is wrong with the request; where the error "
            "is a problem of RFC 9457 too, `code` is what programs may rely on."
        ),
        optional={
            "errors": a_list(reference("SignInError"), _("What is wrong.")),
            "meta": reference("SignInMeta", META),
            "type": text(_("Always about:blank; see `code` for what happened.")),
            "title": text(_("The reason phrase.")),
            "code": text(_("Stable; for programs.")),
            "detail": text(_("What happened, for people; may change.")),
            "request_id": text(_("With status 500 or 503: the request's id in the log.")),
        },
        status=STATUS,
    ),
    "SignInConfiguration": answer(
        _("How people sign in to this site."),
        reference("SignInConfigurationData", _("How people sign in to this site.")),
    ),
    "EmailAddresses": answer(
        _("The email addresses of the person."),
        a_list(reference("EmailAddress"), _("The addresses.")),
    ),
    "EmailKeyCheck": answer(
        _("The key confirms an email address."),
        reference("EmailKeyData", _("What a key would confirm.")),
        reference("EmailKeyMeta", META),
    ),
    "PasswordKeyCheck": answer(
        _("The key sets a new password."),
        reference("PasswordKeyData", _("What a key would open.")),
    ),
    "Factors": answer(
        _("The second factors of the person."), a_list(reference("Factor"), _("The factors."))
    ),
    "OneFactor": answer(_("One second factor."), reference("Factor", _("The factor."))),
    "NewFactor": answer(
        _("There is no authenticator app yet; with this secret there will be one."),
        meta=reference("NewFactorMeta", META),
    ),
    "SignInDevices": answer(
        _("Where the person is signed in."),
        a_list(reference("SignInDevice"), _("The devices.")),
    ),
}

COMPONENTS: dict[str, Json] = {**BODIES, **PARTS, **ANSWERS}
