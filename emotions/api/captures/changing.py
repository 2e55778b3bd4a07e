"""Changing captures as a request or an entry of a batch says, once however often it is sent."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404

from accounts.models import User
from emotions.captures import selectors
from emotions.captures.editing import Changes, edit_capture
from emotions.captures.errors import CaptureDeletedError
from emotions.captures.purging import purge_capture
from emotions.captures.trash import delete_capture, restore_capture
from emotions.captures.turning import turn_capture
from emotions.idempotency import RepeatedRequestError, RequestKey, find_answered
from emotions.models import Capture, CaptureQuerySet


def edit(captures: CaptureQuerySet, uuid: UUID, values: Any, **how: Any) -> None:
    capture = get_object_or_404(captures.filter(deleted_at=None), uuid=uuid)
    edit_capture(capture=capture, changes=Changes(**values), **how)


def turn(captures: CaptureQuerySet, uuid: UUID, values: Any, **how: Any) -> None:
    capture = get_object_or_404(captures.filter(deleted_at=None), uuid=uuid)
    turn_capture(capture=capture, degrees=values["degrees"], **how)


def delete(captures: CaptureQuerySet, uuid: UUID, values: Any, **how: Any) -> None:
    if values["forever"]:
        purge_capture(capture=get_object_or_404(captures.filter(purged_at=None), uuid=uuid), **how)
    else:
        kept = captures.filter(deleted_at=None)
        delete_capture(capture=get_object_or_404(kept, uuid=uuid), **how)


def restore(captures: CaptureQuerySet, uuid: UUID, values: Any, **how: Any) -> None:
    trash = captures.filter(purged_at=None).exclude(deleted_at=None)
    restore_capture(capture=get_object_or_404(trash, uuid=uuid), **how)


ACTIONS: Mapping[str, Callable[..., None]] = {
    "edit": edit,
    "turn": turn,
    "delete": delete,
    "restore": restore,
}


def change_capture(
    action: str,
    *,
    owner: User,
    uuid: UUID,
    values: Mapping[str, Any],
    expected: int | None,
    key: str | None,
) -> Capture | None:
    """Change a capture of the owner, and return it as it is now; None where it was deleted.

    The same request again, by its key, changes nothing and returns the same, or what others have
    made of the capture since.

    Args:
        action: one of `ACTIONS`.
        values: checked, by the names of the fields.
        expected: the sequence number that the client read; None where any will do.
        key: the idempotency key; None where the client has none.

    Raises:
        Http404: there is none, or none that this can be done to.
        KeyReusedError: another request was made under this key.
        CaptureDeletedError: it was deleted since the request was made.
    """
    said = sorted(values.items())
    request = None if key is None else RequestKey.of(key, action, uuid, said, expected)
    captures = Capture.objects.filter(owner=owner).select_related("owner")
    with suppress(RepeatedRequestError):
        if request is None or not find_answered(owner=owner, request=request):
            ACTIONS[action](captures, uuid, values, expected=expected, request=request)
    if action == "delete":
        return None
    try:
        return selectors.get_capture(owner=owner, uuid=uuid)
    except Capture.DoesNotExist as error:
        raise CaptureDeletedError from error
