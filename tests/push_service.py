"""A local push service, and a browser that can decrypt its messages."""

import datetime
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import http_ece
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import b64urlencode

HOST = "push.example.net"


class Browser:
    """A browser's side of a subscription: its keys and its endpoint."""

    def __init__(self, path: str = "/box/1") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.secret = os.urandom(16)
        public = self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        self.subscription = {
            "endpoint": f"https://{HOST}{path}",
            "p256dh": b64urlencode(public),
            "auth": b64urlencode(self.secret),
        }

    def read(self, body: bytes) -> bytes:
        """Decrypt a message (RFC 8291)."""
        message: bytes = http_ece.decrypt(
            body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        return message


@dataclass
class Service:
    """What a push service received, and how it responds.

    Attributes:
        answers: Status by path; 201 by default.
        drip: Seconds between single bytes of a response, which then never ends.
    """

    address: tuple[str, int] = ("", 0)
    certificate: Path = Path()
    answers: dict[str, int] = field(default_factory=dict)
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    drips: bool = False
    """Whether it answers one byte after another, until it stops."""
    stopped: threading.Event = field(default_factory=threading.Event)


@contextmanager
def running(folder: Path) -> Iterator[Service]:
    """Run a push service as `HOST`, with a self-signed certificate."""
    service = Service(certificate=folder / "push.pem")
    certify(service.certificate)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.received.append((self.path, headers, body))
            while service.drips and not service.stopped.wait(0.05):
                self.wfile.write(b"x")
                self.wfile.flush()
            self.send_response(service.answers.get(self.path, 201))
            self.send_header("Location", "https://127.0.0.1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # connections break on purpose
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(service.certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    service.address = ("127.0.0.1", server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield service
    service.stopped.set()
    server.shutdown()
    thread.join()
    server.server_close()


def certify(path: Path) -> None:
    """Write a key and a self-signed certificate for `HOST`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
