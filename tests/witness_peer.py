"""A witness and a time-stamping authority of our own, behind real sockets: they do what the standards ask, no more."""

import base64
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from holdfast.kernel.errors import IntegrityError
from holdfast.kernel.merkle import consistent
from holdfast.record.checkpoint import Checkpoint, read_checkpoint
from holdfast.record.cosignature import COSIGNATURE_ED25519, WitnessKey
from holdfast.record.signed_note import PublicKey, opened
from holdfast.storage.signing_key import check_signature

Answer = tuple[int, str, bytes]
SECONDS = 1_772_366_400


@dataclass
class WitnessPeer:
    """C2SP tlog-witness for one log. ``down``: what it answers instead, as long as it is set."""

    trusted: PublicKey | None
    name: str = "witness.example/w1"
    last: Checkpoint | None = None
    down: Answer | None = None
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.key = WitnessKey(name=self.name, key=self._private.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        encoded = base64.b64encode(COSIGNATURE_ED25519 + self.key.key).decode()
        return f"{self.name}+{self.key.key_id.hex()}+{encoded}"

    def answer(self, path: str, body: bytes) -> Answer:
        self.asked.append(body.decode())
        if self.down:
            return self.down
        assert path == "/submit/add-checkpoint"
        above, _, note = body.decode().partition("\n\n")
        first, *proof = above.split("\n")
        old, held = int(first.removeprefix("old ")), self.last.size if self.last else 0
        if self.trusted is None or note.split("\n")[0] != self.trusted.name:
            return 404, "text/plain", b""
        try:
            text = opened(note, [self.trusted], check_signature)
        except IntegrityError:
            return 403, "text/plain", b""
        now = read_checkpoint(text)
        if old > now.size:
            return 400, "text/plain", b""
        if old != held or (self.last and old == now.size and self.last.root != now.root):
            return 409, "text/x.tlog.size", f"{held}\n".encode()
        hashes = [base64.b64decode(one) for one in proof]
        if self.last and not consistent(old, self.last.root, now.size, now.root, hashes):
            return 422, "text/plain", b""
        self.last = now
        signature = self._private.sign(f"cosignature/v1\ntime {SECONDS}\n{text}".encode())
        line = base64.b64encode(self.key.key_id + SECONDS.to_bytes(8, "big") + signature).decode()
        stranger = base64.b64encode(b"abcd" + bytes(72)).decode()
        return 200, "text/plain", f"\u2014 other.example/w9 {stranger}\n\u2014 {self.name} {line}\n".encode()


SETTINGS = """
[tsa]
default_tsa = t
[t]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
[ext]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
[ca]
basicConstraints = critical,CA:TRUE
[req]
distinguished_name = dn
[dn]
"""


class Authority:
    """RFC 3161 by ``openssl ts``, with a root and a signing certificate of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tsa.cnf").write_text(SETTINGS)
        (folder / "serial").write_text("01")
        request = "req -config tsa.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        self._run(f"{request} -x509 -days 3650 -subj /CN=Root -extensions ca -keyout root.key -out root.pem")
        self._run(f"{request} -subj /CN=TSA -keyout tsa.key -out tsa.csr")
        self._run(
            "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 3650 -extfile tsa.cnf "
            "-extensions ext -out tsa.pem"
        )

    def answer(self, _: str, body: bytes) -> Answer:
        (self.folder / "query").write_bytes(body)
        self._run("ts -reply -config tsa.cnf -queryfile query -out reply")
        return 200, "application/timestamp-reply", (self.folder / "reply").read_bytes()

    def _run(self, arguments: str) -> None:
        try:
            subprocess.run(["openssl", *arguments.split()], cwd=self.folder, check=True, capture_output=True)
        except FileNotFoundError:
            pytest.skip("no openssl on this machine to make an authority with")


@contextmanager
def serving(answer: Callable[[str, bytes], Answer]) -> Iterator[str]:
    """The address at which ``answer`` is given to every POST."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, kind, body = answer(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
