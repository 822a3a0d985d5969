"""Pages and live screens over TLS, on a real socket, as the house serves them."""

import contextlib
import socket
import ssl
import threading
import time
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from holdfast.bootstrap import doctor_machine
from holdfast.bootstrap.peers import pages_tls, peers_tls, required_roles
from holdfast.bootstrap.running import pages_server
from holdfast.config import Config
from holdfast.gateways.tls_refusals import HandshakeLog
from holdfast.kernel.errors import OperatorError
from made_papers import make_papers, trusting
from making import StandingClock
from web.web_house import PASSWORD, make_house


@contextlib.contextmanager
def serving(services, tls):
    """The port of the pages, while they are served."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = pages_server(services, tls)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)


def test_pages_and_live_screens_are_served_over_tls_alone(tmp_path: Path) -> None:
    papers, house = make_papers(tmp_path), make_house(tmp_path, StandingClock())
    config = Config(data_dir=tmp_path, tls_certificate=papers / "cert.pem", tls_key=papers / "key.pem")
    trusted = trusting(papers)
    with serving(replace(house.services, secure_cookies=True), pages_tls(config)) as port:
        address = f"https://localhost:{port}"
        with httpx.Client(base_url=address, verify=trusted) as client:
            answer = client.post("/login", data={"login": "clinician", "password": PASSWORD})
            assert answer.status_code == 303
            assert client.get("/cases").status_code == 200
            assert "max-age=31536000" in answer.headers["strict-transport-security"]
            cookie = f"__Host-holdfast_session={client.cookies['__Host-holdfast_session']}"
        headers = {"cookie": cookie, "origin": address}
        with connect(f"wss://localhost:{port}/live/board", ssl=trusted, additional_headers=headers) as screen:
            assert '"type":"board"' in str(screen.recv(timeout=10))
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://localhost:{port}/login")
        looked = doctor_machine.ports(replace(config, http_port=port))
        assert f"127.0.0.1:{port} (pages): listening." in [one.says for one in looked]
    house.ctx.store.close()


def test_half_a_configuration_is_refused_in_words(tmp_path: Path) -> None:
    half = Config(data_dir=tmp_path, tls_certificate=tmp_path / "cert.pem")
    with pytest.raises(OperatorError, match="certificate and its key"):
        pages_tls(half)
    with pytest.raises(OperatorError, match="needs a certificate"):
        peers_tls(Config(data_dir=tmp_path, hl7_tls=True), wanted=True, door="monitors")
    with pytest.raises(OperatorError, match="no such role"):
        required_roles(Config(data_dir=tmp_path, second_factor_roles=("chief",)))
    assert Config(data_dir=tmp_path, tls_certificate=tmp_path / "c").http_address.startswith("https://")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::", "ward.example"])
def test_no_page_goes_over_a_network_in_plain_text_unless_that_is_stated(tmp_path: Path, host: str) -> None:
    with pytest.raises(OperatorError, match="plain text") as refused:
        pages_tls(Config(data_dir=tmp_path, http_host=host))
    assert "--tls-cert" in refused.value.remedy
    assert pages_tls(Config(data_dir=tmp_path, http_host=host, secure_cookies=True)) is None
    assert pages_tls(Config(data_dir=tmp_path, http_host=host, plain_http=True)) is None


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_this_machine_alone_needs_no_certificate(tmp_path: Path, host: str) -> None:
    assert pages_tls(Config(data_dir=tmp_path, http_host=host)) is None


def test_a_handshake_that_fails_is_logged_once_a_minute(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """By a browser that does not trust us and by one that speaks no TLS: two reasons, two lines."""
    papers, house = make_papers(tmp_path), make_house(tmp_path, StandingClock())
    config = Config(data_dir=tmp_path, tls_certificate=papers / "cert.pem", tls_key=papers / "key.pem")
    with serving(replace(house.services, secure_cookies=True), pages_tls(config)) as port:
        for _ in range(2):
            for address in (f"https://localhost:{port}/login", f"http://localhost:{port}/login"):
                with pytest.raises(httpx.HTTPError):
                    httpx.get(address)
    house.ctx.store.close()
    said = [one.getMessage() for one in caplog.records if one.name == "holdfast.security"]
    failed = [one for one in said if one.startswith('TLS handshake failed door="pages" reason=')]
    assert len(failed) == len(set(failed)) == 2, said


def test_what_is_said_of_handshakes_is_said_again_after_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    heard = HandshakeLog("monitors", lambda: now[0])
    for moment in (0.0, 59.0, 61.0):
        now[0] = moment
        heard.failed(ssl.SSLError(1, "no"))
    assert len(caplog.records) == 2
