"""A walk through the API by the client that openapi-python-client generates.

Usage: walk.py SITE EMAIL PASSWORD PHOTO, beside the package `emoplatform_client`
"""

import sys
import uuid
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from emoplatform_client import AuthenticatedClient, Client
from emoplatform_client.api.account import totp_retrieve
from emoplatform_client.api.captures import (
    captures_create,
    captures_destroy,
    captures_list,
    captures_partial_update,
    captures_photo_retrieve,
    captures_readings_create,
    captures_restore_create,
    captures_retrieve,
    captures_words_create,
)
from emoplatform_client.api.me import consent_give, me_deletion, me_export, me_retrieve
from emoplatform_client.api.model import model_retrieve
from emoplatform_client.api.sign_in import (
    reauthenticate,
    session_retrieve,
    sign_in,
    sign_in_code_request,
    sign_up,
)
from emoplatform_client.api.sync import captures_batch, changes_list
from emoplatform_client.api.trends import patterns_retrieve, trends_retrieve
from emoplatform_client.models import (
    AccountDeletion,
    Batch,
    BatchOutcomes,
    Box,
    Capture,
    ChangesPage,
    Credentials,
    DeviceDetection,
    Edit,
    EmailAddressOnly,
    Entry,
    GiveConsent,
    Model,
    NewAccount,
    NewCapture,
    NewFactor,
    PaginatedCaptureList,
    PasswordProof,
    Patterns,
    PictureSize,
    Probabilities,
    Problem,
    Profile,
    Reading,
    SignedIn,
    SignInProblem,
    SignInRequired,
    Trends,
    Words,
)
from emoplatform_client.types import File
from httpx import Timeout

Body = TypeVar("Body")


def expect(kind: type[Body], body: object) -> Body:
    """Return a body, which has to be of a kind."""
    assert isinstance(body, kind), body
    return body


def enter(site: str, email: str, password: str) -> AuthenticatedClient:
    """Sign up, sign in, and confirm who it is."""
    anybody = Client(base_url=site, timeout=Timeout(60))
    account = NewAccount(email=email, password=password)
    signed_up = expect(SignedIn, sign_up.sync(client=anybody, body=account))
    assert signed_up.data.user.email == email
    guess = Credentials(email=email, password="a guess")
    refused = expect(SignInProblem, sign_in.sync(client=anybody, body=guess))
    assert refused.errors
    assert refused.errors[0].code == "email_password_mismatch"
    address = EmailAddressOnly(email=email)
    asked = expect(SignInRequired, sign_in_code_request.sync(client=anybody, body=address))
    assert [flow.id for flow in asked.data.flows if flow.is_pending] == ["login_by_code"]

    known = Credentials(email=email, password=password)
    signed_in = expect(SignedIn, sign_in.sync(client=anybody, body=known))
    client = AuthenticatedClient(
        base_url=site,
        token=expect(str, signed_in.meta.session_token),
        prefix="",
        auth_header_name="X-Session-Token",
        timeout=Timeout(60),
    )
    proof = PasswordProof(password=password)
    expect(SignedIn, reauthenticate.sync(client=client, body=proof))
    session = expect(SignedIn, session_retrieve.sync(client=client))
    assert [method.method for method in session.data.methods] == ["password", "password"]
    assert expect(NewFactor, totp_retrieve.sync(client=client)).meta.secret
    return client


def consent(client: AuthenticatedClient) -> None:
    """Agree to the current text."""
    me = expect(Profile, me_retrieve.sync(client=client))
    (version,) = [given.version for given in me.consents if given.kind == "use"]
    body = GiveConsent(version=version)
    given = expect(Profile, consent_give.sync("use", client=client, body=body))
    assert given.consents[0].given_at


def record(client: AuthenticatedClient, photo: bytes) -> Capture:
    """Record a photo, words and a reading, each once."""
    sent = NewCapture(photo=File(BytesIO(photo), "selfie.jpg"), mood=4, tags=["river", "home"])
    seen = expect(Capture, captures_create.sync(client=client, body=sent))
    assert (seen.mood, seen.tags, len(seen.detections)) == (4, ["home", "river"], 1)
    address = uuid.UUID(str(seen.uuid))
    picture = expect(File, captures_photo_retrieve.sync(address, client=client))
    assert picture.payload.read(2) == b"\xff\xd8"

    words = Words(uuid=uuid.uuid4(), note="Slept badly.", felt="sad")
    first = expect(Capture, captures_words_create.sync(client=client, body=words))
    again = expect(Capture, captures_words_create.sync(client=client, body=words))
    assert first == again

    face, model = seen.detections[0], expect(Model, model_retrieve.sync(client=client))
    reading = Reading(
        model_sha256=model.sha256,
        picture=PictureSize(width=seen.width or 0, height=seen.height or 0),
        detections=[
            DeviceDetection(
                box=Box.from_dict(face.box.to_dict()),
                probabilities=Probabilities.from_dict(face.probabilities.to_dict()),
            )
        ],
    )
    read = expect(Capture, captures_readings_create.sync(client=client, body=reading))
    assert (read.photo, read.detections[0].emotion) == (None, face.emotion)
    return seen


def edit(client: AuthenticatedClient, capture: Capture) -> None:
    """Edit, also where the first answer was lost, and in vain with an old entity tag."""
    address, read = capture.uuid, capture.etag
    body = Edit(felt="neutral", me=capture.detections[0].id)
    for _ in range(2):
        edited = captures_partial_update.sync(
            address, client=client, body=body, if_match=read, idempotency_key="an edit"
        )
        assert expect(Capture, edited).felt == "neutral"
    stale = captures_partial_update.sync(address, client=client, body=body, if_match=read)
    assert expect(Problem, stale).code == "precondition_failed"


def sync(client: AuthenticatedClient, photo: bytes) -> None:
    """Send a batch with a photo, and play back what changed."""
    before = expect(ChangesPage, changes_list.sync(client=client))
    new = [uuid.uuid4(), uuid.uuid4()]
    batch = Batch(
        captures=[
            Entry(uuid=new[0], photo="first.jpg", mood=5),
            Entry(uuid=new[1], note="On the train."),
            Entry(uuid=new[1], action="edit", mood=2, key="the train again"),
        ],
        photos=[File(BytesIO(photo), "first.jpg")],
    )
    done = expect(BatchOutcomes, captures_batch.sync(client=client, body=batch))
    assert [outcome.status for outcome in done.outcomes] == [201, 201, 200], done
    after = expect(ChangesPage, changes_list.sync(client=client, cursor=before.cursor))
    assert [change.uuid for change in after.changes] == new


def delete_and_restore(client: AuthenticatedClient, capture: Capture) -> None:
    """Put a capture into the trash and take it out."""
    address = capture.uuid
    assert captures_destroy.sync_detailed(address, client=client).status_code == 204
    assert expect(Problem, captures_retrieve.sync(address, client=client)).code == "not_found"
    expect(Capture, captures_restore_create.sync(address, client=client))
    listed = expect(PaginatedCaptureList, captures_list.sync(client=client, page_size=2))
    assert len(listed.results) == 2
    assert listed.next_


def meet_new_values(capture: Capture) -> None:
    """Read values that a later server may send."""
    sent = {**capture.to_dict(), "source": "watch", "felt": "calm", "new": {"field": 1}}
    later = Capture.from_dict(sent)
    assert (later.source, later.felt) == ("watch", "calm")


def leave(client: AuthenticatedClient, password: str) -> None:
    """Look back, take everything along and delete the account."""
    assert len(expect(Trends, trends_retrieve.sync(client=client, by="week")).periods) > 3
    assert sum(expect(Patterns, patterns_retrieve.sync(client=client)).emotions.to_dict().values())
    archive = expect(File, me_export.sync(client=client))
    assert archive.payload.read(2) == b"PK"
    wrong = me_deletion.sync(client=client, body=AccountDeletion(password="a guess"))
    assert expect(Problem, wrong).code == "invalid"
    body = AccountDeletion(password=password)
    assert me_deletion.sync_detailed(client=client, body=body).status_code == 204
    assert expect(Problem, me_retrieve.sync(client=client)).status == 401


def main(site: str, email: str, password: str, photo: bytes) -> None:
    """Walk."""
    client = enter(site, email, password)
    consent(client)
    capture = record(client, photo)
    edit(client, capture)
    sync(client, photo)
    delete_and_restore(client, capture)
    meet_new_values(capture)
    leave(client, password)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]).read_bytes())
