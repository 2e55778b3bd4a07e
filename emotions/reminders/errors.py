"""Why a reminder or a push subscription was refused; a refusal changes nothing."""


class PushNotOfferedError(Exception):
    """The site has no VAPID key to send notifications with."""


class TooManyRemindersError(Exception):
    """The person has as many reminders as are allowed."""


class InvalidEndpointError(Exception):
    """The endpoint of a push subscription is not an https address on the public internet."""


class InvalidKeysError(Exception):
    """The keys of a push subscription are malformed."""
