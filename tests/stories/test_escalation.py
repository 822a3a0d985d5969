"""A heart stops at night. Two people on the list do not answer, the network to the first is cut for a while; the third
opens the link on a telephone and comes."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from holdfast.bootstrap.house import open_house
from holdfast.config import Config
from holdfast.kernel.time import US_PER_S
from holdfast.knowledge import calling_times
from holdfast.record import call_events as ce
from holdfast.record import events as ev
from holdfast.record.alarm_events import AlarmRaised
from holdfast.usecases import cases
from holdfast.usecases.context import record
from ntfy_peer import Peer
from stories.browsing import signed_in
from stories.conftest import PATIENCE_MS, start

FIRST_US = int(calling_times.load().first_s("high") * US_PER_S)
NAMES = ("Dr Osei", "Nurse Kim", "Dr Lee")


def test_two_do_not_answer_and_the_third_comes(tmp_path: Path, chromium: Browser) -> None:
    peer = Peer()
    peer.start()
    settings = tmp_path / "calling.yaml"
    settings.write_text(f'channels: {{ntfy: "ntfy://127.0.0.1:{peer.port}/{{to}}"}}\n')
    settings.chmod(0o600)
    server = start("serve", tmp_path)
    house = open_house(Config(data_dir=server.data_dir))
    try:
        case_id = cases.admit(house.ctx, actor="drill", admission=cases.Admission(name="Rex", training=True))
        with signed_in(server, chromium) as ward:
            ward.goto(f"{server.address}/calls")
            for name in NAMES:
                ward.get_by_test_id("contact-name").fill(name)
                ward.get_by_label("ntfy", exact=True).fill(f"topic-{name.split()[-1].lower()}")
                ward.get_by_test_id("save-contact").click()
                expect(ward.get_by_test_id("contact").filter(has_text=name)).to_be_visible()
            for place, name in enumerate(NAMES, 1):
                ward.get_by_test_id(f"order-{place}").select_option(label=name)
            ward.get_by_test_id("save-order").click()
            expect(ward.get_by_test_id("no-list")).to_have_count(0)

            peer.kill()
            now_us = house.ctx.clock.now_us()
            alarm = AlarmRaised(  # so long ago that whoever stood at the bed has had the time to come
                at_us=now_us - FIRST_US,
                alarm_id="drill-1",
                alarm="asystole",
                signal="",
                text="No heart beat for 4 s",
                priority="high",
                technical=False,
                audible_when_over=True,
                since_us=now_us - FIRST_US,
            )
            record(house.ctx, actor="drill", stream=ev.case_stream(case_id), events=[alarm])
            ward.goto(f"{server.address}/cases/{case_id}/timeline")
            bar = ward.get_by_test_id("calls-bar")
            expect(bar).to_contain_text("Calling Dr Osei")
            expect(bar).to_contain_text("not reached")
            peer.start()
            expect(bar).to_contain_text("Calling Nurse Kim")
            expect(bar).to_contain_text("Calling Dr Lee")

            def told(topic: str) -> list[dict[str, object]]:
                return [got for got in peer.got if got["topic"] == topic]

            ward.wait_for_function("() => document.getElementById('calls-bar').textContent.includes('sent (ntfy)')")
            assert len(told("topic-osei")) == 1, "the message that the cut network held back came once"
            assert len(told("topic-kim")) == 1
            (message,) = told("topic-lee")
            assert str(message["title"]).startswith("EXERCISE: Rex")
            link = next(word for word in str(message["message"]).split() if word.startswith("http"))

            telephone = chromium.new_context(viewport={"width": 390, "height": 844})
            telephone.set_default_timeout(PATIENCE_MS)
            try:
                page = telephone.new_page()
                page.goto(link)
                expect(page.get_by_text("For Dr Lee")).to_be_visible()
                page.get_by_test_id("i-am-coming").click()
                expect(page.get_by_test_id("called-answered")).to_contain_text("Dr Lee comes")
            finally:
                telephone.close()

            expect(bar.get_by_test_id("answer-call")).to_have_count(0)
            ward.goto(f"{server.address}/cases/{case_id}/calls")
            card = ward.get_by_test_id("call-card")
            expect(card).to_contain_text("Dr Lee answered")
            expect(ward.get_by_test_id("callee-1")).to_contain_text("no answer")
            expect(ward.get_by_test_id("callee-2")).to_contain_text("no answer")
        recorded = [item.event for item in house.ctx.store.read_stream(ev.case_stream(case_id))]
        assert [event.place for event in recorded if isinstance(event, ce.CallMade)] == [1, 2, 3]
        assert [event.who for event in recorded if isinstance(event, ce.CallAnswered)] == ["Dr Lee"]
        assert any(isinstance(event, ce.CallSeen) and event.place == 3 for event in recorded)
        bodies = b"".join(item.body for item in house.ctx.store.read_log(limit=10_000))
        assert b"topic-" not in bodies
        assert link.rpartition("#")[2].encode() not in bodies
    finally:
        house.close()
        server.stop()
        peer.kill()
