"""Messages over real sockets to a peer that speaks as an ntfy server, killed and started again; and the settings."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import pytest

from fake_calling import MemoryAddresses, PlainSigner
from holdfast.gateways.calling.apprise_channels import AppriseChannels
from holdfast.gateways.calling.settings import Settings, read_settings
from holdfast.kernel.errors import OperatorError
from holdfast.record import call_events as ce
from holdfast.record import events as ev
from holdfast.usecases import calling, cases
from holdfast.usecases.call_desk import CallDesk
from holdfast.usecases.call_ports import ChannelError, Message
from making import StandingClock, make_context
from ntfy_peer import Peer

MESSAGE = Message(
    channel="ntfy", to="night-topic", title="Rex: asystole", text="No beat", link="https://h/c/1", urgent=True
)


@pytest.fixture
def peer() -> Iterator[Peer]:
    running = Peer()
    running.start()
    yield running
    running.kill()


def channels(peer: Peer) -> AppriseChannels:
    return AppriseChannels(Settings(templates={"ntfy": f"ntfy://user:hush-hush@127.0.0.1:{peer.port}/{{to}}"}))


def test_a_message_arrives_with_its_words_and_its_link(peer: Peer) -> None:
    assert channels(peer).send(MESSAGE) == "sent"
    (got,) = peer.got
    assert got["topic"] == "night-topic"
    assert got["title"] == "Rex: asystole"
    assert "https://h/c/1" in str(got["message"])


def test_a_peer_that_is_gone_is_an_error_without_secrets(peer: Peer, caplog: pytest.LogCaptureFixture) -> None:
    peer.kill()
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelError) as told:
        channels(peer).send(MESSAGE)
    for secret in ("hush-hush", "night-topic"):
        assert secret not in str(told.value)
        assert secret not in caplog.text


@pytest.mark.parametrize("to", ["", "a/b", "x?priority=1", "a b", "x" * 200, "{to}", "a&b", "a#b"])
def test_an_address_cannot_change_the_rest_of_the_template(peer: Peer, to: str) -> None:
    with pytest.raises(OperatorError):
        channels(peer).check("ntfy", to)
    with pytest.raises(ChannelError):
        channels(peer).send(Message(channel="ntfy", to=to, title="t", text="x", link="l", urgent=False))
    assert peer.got == []


def test_a_network_that_is_cut_for_seconds_loses_no_call_and_doubles_none(peer: Peer) -> None:
    """The whole way: record, desk, threads, Apprise, sockets."""
    clock = StandingClock()
    ctx = make_context(clock)
    ways, addresses = channels(peer), MemoryAddresses()
    case_id = cases.admit(ctx, actor="vet", admission=cases.Admission(name="Rex"))
    for name in ("osei", "kim"):
        calling.set_contact(
            ctx, addresses, ways, actor="vet", name=name, place="clinic", by_channel={"ntfy": f"topic-{name}"}
        )
    calling.set_list(ctx, actor="vet", contacts=tuple(ctx.book.clinic.calling.contacts))

    with ThreadPoolExecutor(4) as senders:
        desk = CallDesk(ctx, addresses, ways, PlainSigner(), "https://holdfast.test", senders)

        def states() -> list[str]:
            recorded = [item.event for item in ctx.store.read_stream(ev.case_stream(case_id))]
            return [event.state for event in recorded if isinstance(event, ce.CallDelivery)]

        def seconds_until(count: int) -> None:
            """The ward's seconds pass quickly; the sockets take the time they take."""
            give_up = monotonic() + 30
            while len(states()) < count and monotonic() < give_up:
                desk.follow(clock.advance(1))
                sleep(0.02)

        peer.kill()
        calling.call_by_hand(ctx, actor="vet", case_id=case_id, text="Help")
        seconds_until(1)
        assert states() == ["failed"]
        peer.start()
        seconds_until(2)
        seconds_until(3)
    assert sorted(str(got["topic"]) for got in peer.got) == ["topic-kim", "topic-osei"]
    assert states().count("sent") == 2


def test_without_a_file_nothing_can_be_sent(tmp_path: Path) -> None:
    settings = read_settings(tmp_path)
    assert settings == Settings()
    assert AppriseChannels(settings).kinds() == ()


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "calling.yaml"
    path.write_text(text)
    path.chmod(mode)
    return folder


def test_the_settings_of_a_clinic(tmp_path: Path) -> None:
    text = 'address: "https://clinic.example/"\nchannels:\n  ntfy: "ntfys://ntfy.clinic.example/{to}"\n'
    settings = read_settings(written(tmp_path, text))
    assert settings.address == "https://clinic.example"
    assert list(settings.templates) == ["ntfy"]


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ('channels: {ntfy: "ntfys://hush-hush@x/{to}"}', 0o644),
        ('channels: {ntfy: "ntfys://hush-hush@x/"}', 0o600),
        ('channels: {"NT FY": "ntfys://hush-hush@x/{to}"}', 0o600),
        ("channels: [hush-hush", 0o600),
        ("channel: {ntfy: hush-hush}", 0o600),
        ('address: "ftp://x"\nchannels: {ntfy: "ntfys://hush-hush@x/{to}"}', 0o600),
    ],
)
def test_bad_settings_are_refused_without_repeating_them(tmp_path: Path, text: str, mode: int) -> None:
    with pytest.raises(OperatorError) as told:
        read_settings(written(tmp_path, text, mode))
    assert "hush-hush" not in str(told.value)
    assert told.value.__cause__ is None
    assert told.value.remedy
