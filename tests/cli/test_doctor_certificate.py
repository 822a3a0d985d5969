"""What the doctor says of a certificate: how long it holds and who trusts it, with authorities made here."""

import datetime
import ipaddress
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from holdfast.bootstrap.doctor_certificate import believed, certificate
from holdfast.bootstrap.findings import Finding, State
from holdfast.cli.main import main
from made_papers import make_papers

NOW = datetime.datetime(2026, 11, 23, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
WARD = x509.DNSName("ward.example")


@dataclass
class Made:
    """A certificate and its key."""

    paper: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.paper.public_bytes(serialization.Encoding.PEM)


def make(subject: str, by: Made | None = None, names: list[x509.GeneralName] | None = None) -> Made:
    """An authority, or with ``names`` what a server shows; signed by another one or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    signer = by.key if by else key
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    ca = names is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(by.paper.subject if by else named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 90 * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return Made(builder.sign(signer, hashes.SHA256()), key)


@dataclass
class Place:
    """A machine: the file of its authorities, and the certificate that is looked at."""

    authorities: Path
    served: Path

    def trust(self, name: str = "", now: datetime.datetime = NOW) -> Finding:
        """What is said of who trusts it."""
        _, trust = certificate(self.served, name, now, [self.authorities])
        return trust


ROOT = make("Root of the test")
BETWEEN = make("Between", ROOT)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "authorities.pem", tmp_path / "served.pem")
    unreadable = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    made.authorities.write_bytes(b"# a list\n" + unreadable + make("Another").pem + ROOT.pem)
    return made


def test_one_that_an_authority_of_the_machine_signed_is_trusted_for_its_name(place: Place) -> None:
    place.served.write_bytes(make("ward", ROOT, [WARD]).pem)
    assert (place.trust().state, place.trust("ward.example").state) == (State.WELL, State.WELL)
    assert "Trusted by this machine's authorities for ward.example." in place.trust("ward.example").says
    assert "--certificate-name" in place.trust().says


def test_one_that_nobody_here_knows_is_not_trusted(place: Place) -> None:
    place.served.write_bytes(make("ward", make("Nobody"), [WARD]).pem)
    for name in ("", "ward.example"):
        said = place.trust(name)
        assert said.state is State.WARNING
        assert said.says.startswith("Not trusted: browsers will warn. It is signed by CN=Nobody, whom this machine")
        assert "authority" in said.remedy


def test_one_that_signed_itself_is_not_trusted(tmp_path: Path, place: Place) -> None:
    papers = make_papers(tmp_path)
    now = datetime.datetime.now(datetime.UTC)
    _, said = certificate(papers / "cert.pem", "localhost", now, [place.authorities])
    assert said.state is State.WARNING
    assert "signed by itself" in said.says


def test_what_lies_between_it_and_the_authority_must_be_in_the_file(place: Place) -> None:
    """A browser may have met it before, a colleague's telephone has not."""
    own = make("ward", BETWEEN, [WARD])
    place.served.write_bytes(own.pem)
    assert place.trust().state is State.WARNING
    assert "the file holds no certificate between" in place.trust().says
    place.served.write_bytes(own.pem + BETWEEN.pem)
    assert place.trust().state is State.WELL


def test_another_name_than_its_own_is_a_problem(place: Place) -> None:
    address = x509.IPAddress(ipaddress.ip_address("192.0.2.7"))
    place.served.write_bytes(make("ward", ROOT, [x509.DNSName("*.clinic.example"), address]).pem)
    for good in ("ward.clinic.example", "192.0.2.7", ""):
        assert place.trust(good).state is State.WELL, good
    for bad in ("clinic.example", "192.0.2.8", "a.b.clinic.example", "not a name"):
        said = place.trust(bad)
        assert said.state is State.PROBLEM, bad
        assert f"not for {bad} but for *.clinic.example, 192.0.2.7" in said.says


def test_one_without_a_name_of_the_new_kind_is_a_problem(place: Place) -> None:
    place.served.write_bytes(make("ward.example", ROOT, []).pem)
    assert place.trust().state is State.PROBLEM
    assert "names no address" in place.trust().says


def test_a_machine_without_authorities_says_that_it_does_not_know(tmp_path: Path, place: Place) -> None:
    place.served.write_bytes(make("ward", ROOT, [WARD]).pem)
    place.authorities.unlink()
    assert place.trust().state is State.UNKNOWN
    assert believed([tmp_path / "none.pem"]) == []


@pytest.mark.parametrize(
    ("days", "time", "trust"),
    [
        (-2, State.PROBLEM, State.UNKNOWN),
        (0, State.WELL, State.WELL),
        (61, State.WARNING, State.WELL),
        (91, State.PROBLEM, State.UNKNOWN),
    ],
)
def test_how_long_it_holds_is_said_beside_it(place: Place, days: int, time: State, trust: State) -> None:
    place.served.write_bytes(make("ward", ROOT, [WARD]).pem)
    found = certificate(place.served, "", NOW + days * DAY, [place.authorities])
    assert [one.state for one in found] == [time, trust]


def test_the_command_asks_the_authorities_of_the_machine(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(place.authorities))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "nothing"))
    (tmp_path / "nothing").mkdir()
    assert {one.subject.rfc4514_string() for one in believed()} == {"CN=Another", "CN=Root of the test"}
    folder = tmp_path / "house"
    folder.mkdir(mode=0o700)
    asked = ["doctor", "--data", str(folder), "--certificate", str(make_papers(tmp_path) / "cert.pem")]
    main([*asked, "--certificate-name", "localhost", "--json"])
    said = [one["says"] for one in json.loads(capsys.readouterr().out)["findings"] if one["check"] == "certificate"]
    assert len(said) == 2
    assert any("Not trusted" in one for one in said)


def test_a_file_that_is_no_certificate_is_said(tmp_path: Path) -> None:
    (tmp_path / "served.pem").write_text("no paper")
    (said,) = certificate(tmp_path / "served.pem")
    assert said.state is State.PROBLEM
