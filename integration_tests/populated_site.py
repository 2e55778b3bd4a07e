"""A site with people, photos, a trained version and waiting jobs, made through its own commands."""

import base64
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from integration_tests.checkouts import probe
from integration_tests.site_client import SiteClient, resolve
from tests import pictures
from tests.ml import faces
from tests.sites import PRODUCTION, Site, create_session, serve

OWNER, FRIEND, ASKED = "demo@example.org", "friend@example.org", "asked@example.org"
ADMINISTRATOR = "admin@example.org"
NETWORK, SHADOW = "tiny", "shadow"
"""The version that answers, and the one that reads new photos too."""
ORPHAN = "photos/no-capture-refers-to-it.jpg"
NOT_COMPARED = re.compile(
    r"/api/auth/app/v1/(account/phone|auth/phone/|auth/code/|auth/email/verify/resend|tokens/)"
    r"|/api/v1/security-events/"
)
"""What allauth offers for telephones, codes and tokens, which is unknown here, or was refused
otherwise.

And the security log, which grows by being looked at: the snapshot itself exports.
"""
MEMBER_NOT_COMPARED = "security_log.json"
"""The same log, in an export."""
METRICS_TOKEN = "a token that only this site knows"  # noqa: S105 - of a site that lives for minutes
TOTP_SECRET = "JBSWY3DPEHPK3PXP"  # noqa: S105
SUBSCRIPTION = {  # the example of RFC 8291
    "endpoint": "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcx"
    "aOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


@dataclass(frozen=True)
class PopulatedSite:
    """A site, and what is needed to use it.

    Attributes:
        token, read_only_token: access tokens of the owner of the demonstration account.
        session, admin_session: session keys of that owner and of an administrator.
        parameters: of routes, with values that the owner may see.
        cursor: of a synchronisation that has not come to its end.
        jobs: the arguments of `probes/effects.py`.
    """

    site: Site
    token: str
    read_only_token: str
    session: str
    admin_session: str
    parameters: dict[str, str]
    cursor: str
    jobs: dict[str, Any]

    def owner(self, address: str) -> SiteClient:
        """Return a client with the owner's token."""
        return SiteClient.with_token(address, self.token)


def settings(folder: Path) -> dict[str, str]:
    """Return the environment of a site in production that writes its emails into a folder."""
    return {
        **PRODUCTION,
        "API_LIMIT_ADDRESS": "1000000/m",
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
        "METRICS_TOKEN": METRICS_TOKEN,
        "VAPID_PRIVATE_KEY": base64.urlsafe_b64encode(bytes(range(1, 33))).decode().rstrip("="),
    }


def train(site: Site, name: str, seed: int) -> Path:
    """Train a network for one epoch on a few drawn faces, and return the folder of the run."""
    site.manage("migrate", "--verbosity=0")
    archive = faces.archive(site.folder / "faces.zip", faces.tree(train=10, test=3))
    run = site.folder / name
    site.manage(
        *("train_emotion", "--data", str(archive), "--out", str(run)),
        *("--architecture", "residual", "--epochs", "1", "--batch-size", "8"),
        *("--seed", str(seed)),
    )
    return run


def populate(site: Site, runs: Iterable[Path]) -> PopulatedSite:
    """Fill an empty site; no worker runs, so that jobs wait.

    Args:
        runs: the folders of the training runs `NETWORK` and `SHADOW`.
    """
    site.manage("migrate", "--verbosity=0")
    site.manage("seed_demo", "--password", "a quiet paper diary")
    for run in runs:
        site.manage("import_model", str(run))
    site.manage("promote_model", NETWORK, "--force", "to have another one than the bundled one")
    people = probe(
        site,
        "people",
        owner=OWNER,
        administrator=ADMINISTRATOR,
        friend=FRIEND,
        asked=ASKED,
        shadow=SHADOW,
        secret=TOTP_SECRET,
    )
    site.manage("send_reminders")
    site.manage("db_worker", "--batch", "--interval=0", "--no-reload")
    # Versions that do not know the right to export give it to every token.
    export = [option for option in ["--export"] if option in site.manage("create_token", "--help")]
    token, read_only_token, friends_token = (
        site.manage("create_token", *arguments).split()[-1]
        for arguments in ((OWNER, "--write", *export), (OWNER,), (FRIEND, "--write"))
    )
    session, admin_session, friends_session = (
        create_session(site, email) for email in (OWNER, ADMINISTRATOR, FRIEND)
    )
    with serve(site) as address:
        for key in (session, friends_session):
            give_consent(SiteClient.with_app(address, key), "use", "improve")
        owner = SiteClient.with_token(address, token)
        parameters = use(owner, SiteClient.with_session(address, session))
        cursor = owner.send("GET", "/api/v1/changes/?page_size=100")["cursor"]
        versions = consent_versions(owner)
        photos = record_photos_of_friend(SiteClient.with_token(address, friends_token))
    jobs = {"photos": photos, "file": str(site.folder / "contributions.npz"), "orphan": ORPHAN}
    enqueued = probe(
        site,
        "jobs",
        friend=FRIEND,
        reminder=people["reminder"],
        trial=people["trial"],
        improve=versions["improve"],
        **jobs,
    )
    parameters |= {
        "sealed": unsubscribe_token(site),
        "version": NETWORK,
        "/admin/ml/modelversion/pk": str(people["version"]),
        "/admin/ml/modelversion/name": "curves.png",
    }
    return PopulatedSite(
        site=site,
        token=token,
        read_only_token=read_only_token,
        session=session,
        admin_session=admin_session,
        parameters=parameters,
        cursor=cursor,
        jobs=jobs | enqueued,
    )


def use(owner: SiteClient, browser: SiteClient) -> dict[str, str]:
    """Record, change and delete captures, and set up what a person can set up.

    Returns:
        The parameters of routes, with values of what is there now.
    """
    photo = {"photo": ("me.jpg", pictures.with_exif_date("2026:03:14 09:26:53"), "image/jpeg")}
    several = {"photo": ("us.jpg", pictures.encoded(pictures.several_faces()), "image/jpeg")}
    said = {"felt": "happy", "mood": 4, "note": "Ünï\n𝒄ode, =1+1", "tags": ["home", "Ω"]}
    first = record(owner, photo, kept="photo", **said)
    record(owner, photo, kept="crop", felt="sad", time_zone="Asia/Kathmandu")
    record(owner, photo, kept="nothing")
    record(owner, several, kept="photo", me_x=0.5, me_y=0.5)
    record(owner, several, kept="photo", keep_others="true")
    owner.send("POST", "/api/v1/captures/", json={"mood": 2, "note": "In words."})
    owner.send("PATCH", f"/api/v1/captures/{first}/", json={"mood": 5, "tags": ["home", "new"]})
    for forever in ("false", "true"):
        deleted = record(owner, photo, kept="photo", felt="fear")
        owner.send("DELETE", f"/api/v1/captures/{deleted}/?forever={forever}")
    owner.send("PATCH", "/api/v1/me/", json={"kept": "crop", "language": "en"})
    reminder = {"at": "07:30", "days": [6, 7], "way": "push"}
    charts = re.findall(r"/trends/([\w-]+)\.csv", browser.get("/trends/").text)
    today = datetime.now(UTC).date()
    numbers = {
        "devices": owner.send("GET", "/api/v1/devices/")[0]["id"],
        "tokens": owner.send("GET", "/api/v1/tokens/")[0]["id"],
        "reminders": owner.send("POST", "/api/v1/reminders/", json=reminder)["id"],
        "push-subscriptions": owner.send("POST", "/api/v1/push-subscriptions/", json=SUBSCRIPTION)[
            "id"
        ],
    }
    return {
        "uuid": first,
        "kind": "use",
        "on": str(today),
        "span": "week",
        "/trends/name": charts[0],
        "/trends/number": str(today.year),
        "/reminders/number": str(numbers["reminders"]),
        **{f"/settings/{kind}/number": str(number) for kind, number in numbers.items()},
        **{f"/api/v1/{kind}/id": str(number) for kind, number in numbers.items()},
    }


def record_photos_of_friend(friend: SiteClient) -> dict[str, str]:
    """Record photos of somebody who contributes, and keeps pictures for a month only.

    Returns:
        The uuids of the captures, by what shall become of them.
    """
    friend.send("PATCH", "/api/v1/me/", json={"pictures_kept_for": 30})
    photo = {"photo": ("me.jpg", pictures.astronaut_jpeg(), "image/jpeg")}
    photos = {name: record(friend, photo, felt="happy") for name in ("old", "deleted", "new")}
    friend.send("DELETE", f"/api/v1/captures/{photos['deleted']}/")
    return photos


def consent_versions(client: SiteClient) -> dict[str, str]:
    """Return the version of the current text of each kind of consent."""
    profile = client.send("GET", "/api/v1/me/")
    return {consent["kind"]: consent["version"] for consent in profile["consents"]}


def give_consent(client: SiteClient, *kinds: str) -> None:
    """Give kinds of consent to their current texts."""
    versions = consent_versions(client)
    for kind in kinds:
        client.send("PUT", f"/api/v1/me/consents/{kind}/", json={"version": versions[kind]})


def record(client: SiteClient, photo: dict[str, Any], **fields: Any) -> str:
    """Record a photo and return the uuid of the capture."""
    capture = client.send("POST", "/api/v1/captures/", files=photo, data=fields)
    return str(capture["uuid"])


def unsubscribe_token(site: Site) -> str:
    """Return the token in the link that stops reminders, of the one email that a site has sent."""
    (message,) = (site.folder / "mail").iterdir()
    link = re.search(r"/reminders/stop/([^/]+)/", message.read_text().replace("=\n", ""))
    if link is None:
        sys.exit("Expected a link that stops reminders in an email, found none.")
    return link[1]


def snapshot(populated: PopulatedSite, address: str) -> dict[str, Any]:
    """Return what the owner, their apps and the administrator get from a site, by topic."""
    owner = populated.owner(address)
    browser = SiteClient.with_session(address, populated.session)
    admin = SiteClient.with_session(address, populated.admin_session)
    routes = [path for path, _name in probe(populated.site, "routes")]
    paths = [path for path in resolve(routes, populated.parameters) if not NOT_COMPARED.match(path)]
    of_admin = [path for path in paths if path.startswith("/admin/")]
    of_api = [path for path in paths if path.startswith("/api/v1/")]
    others = [path for path in paths if path not in {*of_admin, *of_api}]
    lists = [path for path in of_admin if re.fullmatch(r"/admin/\w+/\w+/", path)]
    captures = owner.captures()
    return {
        "captures": captures,
        "ETags": owner.etags(captures),
        "pictures": owner.pictures(captures),
        "changes after an old cursor": owner.changes(populated.cursor)[0],
        "documents of the API": owner.documents(of_api),
        "pages": browser.pages(others),
        "pages of the admin site": admin.pages(of_admin) | admin.first_records(lists),
        "metrics": metrics(address),
        "detections of known faces": detect(owner),
        "members of the export": {
            name: member for name, member in owner.export().items() if name != MEMBER_NOT_COMPARED
        },
    }


def metrics(address: str) -> dict[str, str]:
    """Return the type of each metric of a site by its name."""
    text = SiteClient.with_token(address, METRICS_TOKEN).get("/metrics").text
    return dict(re.findall(r"^# TYPE (\w+) (\w+)", text, re.MULTILINE))


def detect(client: SiteClient) -> Any:
    """Return what the active version detects in a photo of three faces."""
    photo = pictures.encoded(pictures.several_faces())
    return client.send("POST", "/api/v1/detect/", files={"photos": ("us.jpg", photo, "image/jpeg")})
