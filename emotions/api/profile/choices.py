"""What a person has chosen and consented to, as it is represented."""

from typing import Any

from accounts.consents import CURRENT_VERSIONS
from accounts.models import User
from emotions.preferences.selectors import get_preferences


def settings_of(person: User) -> dict[str, Any]:
    """Return what `SettingsSerializer` represents."""
    preferences = get_preferences(owner=person)
    return {
        "time_zone": person.time_zone,
        "language": person.language,
        "kept": preferences.kept,
        "read_on": preferences.read_on,
        "keep_others": preferences.keep_others,
        "pictures_kept_for": preferences.pictures_kept_for,
        "show_streak": preferences.show_streak,
        "new_device_letters": person.new_device_letters,
    }


def consents_of(person: User) -> list[dict[str, Any]]:
    """Return each kind of consent to its current text, given or not."""
    standing = person.consents.filter(withdrawn_at=None)
    given_at = {(consent.kind, consent.version): consent.given_at for consent in standing}
    return [
        {"kind": kind.value, "version": version, "given_at": given_at.get((kind, version))}
        for kind, version in CURRENT_VERSIONS.items()
    ]
