"""The figures of a running house for Prometheus. Counters begin at zero with each start, as Prometheus expects.

Labels name beds, priorities and parts of the house, never an animal or a person.
"""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from holdfast import __version__
from holdfast.kernel.time import US_PER_S
from holdfast.record.alarm_events import AlarmRaised
from holdfast.record.call_events import CallDelivery
from holdfast.record.events import Recorded
from holdfast.record.imaging_events import ImageReceived
from holdfast.usecases.live_views import BedView
from holdfast.usecases.operations import Readiness

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Figures:
    """Counters that the parts of the house raise. Any thread may call any method."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own = self.registry
        self._messages = Counter(
            "holdfast_hl7_messages", "Messages of monitors that were answered, by answer", ["answer"], registry=own
        )
        self._quarantined = Counter("holdfast_hl7_quarantined", "Messages kept whole in the quarantine", registry=own)
        self._analysis_s = Histogram(
            "holdfast_analysis_lag_seconds",
            "From the receipt of a message to the end of its analysis",
            buckets=_SECONDS,
            registry=own,
        )
        self._analysis_waiting = Gauge(
            "holdfast_analysis_waiting", "Messages that wait for their analysis", registry=own
        )
        self._commit_s = Histogram(
            "holdfast_commit_seconds",
            "From handing a change to the writer to its commit",
            buckets=_SECONDS,
            registry=own,
        )
        self._commits_waiting = Gauge("holdfast_commits_waiting", "Changes on their way to the disk", registry=own)
        self._commits_failed = Counter(
            "holdfast_commits_failed", "Changes that were refused or not written", registry=own
        )
        self._alarms = Counter("holdfast_alarms_raised", "Alarms raised, by priority", ["priority"], registry=own)
        self._images = Counter("holdfast_dicom_received", "Pictures received", registry=own)
        self._calls = Counter("holdfast_calls", "Messages to people, by what became of them", ["state"], registry=own)
        self._followers = Gauge("holdfast_websocket_followers", "Live screens that are open", registry=own)
        self._duties = Counter("holdfast_duties_failed", "Once-a-second duties that failed", ["duty"], registry=own)
        Gauge("holdfast_info", "The release that runs", ["version"], registry=own).labels(__version__).set(1)

    def answered(self, answer: str) -> None:
        self._messages.labels(answer).inc()

    def quarantined(self) -> None:
        self._quarantined.inc()

    def analysis_began(self) -> None:
        self._analysis_waiting.inc()

    def analysis_ended(self, seconds: float) -> None:
        self._analysis_waiting.dec()
        self._analysis_s.observe(max(0.0, seconds))

    def commit_began(self) -> None:
        self._commits_waiting.inc()

    def commit_ended(self, seconds: float, kept: bool) -> None:
        self._commits_waiting.dec()
        self._commit_s.observe(seconds)
        if not kept:
            self._commits_failed.inc()

    def duty_failed(self, duty: str) -> None:
        self._duties.labels(duty).inc()

    def hear(self, item: Recorded) -> None:
        """An event that was committed; a listener of the case book."""
        match item.event:
            case AlarmRaised(priority=priority):
                self._alarms.labels(priority).inc()
            case ImageReceived():
                self._images.inc()
            case CallDelivery(state=state):
                self._calls.labels(state).inc()

    def text(self, followers: int) -> bytes:
        """Everything as Prometheus reads it."""
        self._followers.set(followers)
        return generate_latest(self.registry)


class AtTheMoment(Collector):
    """Figures that are looked up when they are asked for."""

    def __init__(
        self,
        board: Callable[[], list[BedView]],
        readiness: Callable[[], Readiness],
        record: Callable[[], tuple[int, int, int]],
    ) -> None:
        """``record`` gives events, open cases and bytes in the quarantine."""
        self._board = board
        self._readiness = readiness
        self._record = record

    def collect(self) -> Iterable[Metric]:
        lag = GaugeMetricFamily(
            "holdfast_bed_lag_seconds", "Since the last message of the monitor on an occupied bed", labels=["bed"]
        )
        standing = GaugeMetricFamily("holdfast_bed_alarms", "Alarms that stand on a bed", labels=["bed"])
        for view in self._board():
            if view.case_id and view.last_message_us is not None:
                lag.add_metric([view.bed], (view.server_us - view.last_message_us) / US_PER_S)
            if view.case_id:
                standing.add_metric([view.bed], len(view.alarms.alarms))
        parts = GaugeMetricFamily("holdfast_part_ok", "1 when this part of the house is well", labels=["part"])
        readiness = self._readiness()
        for part in readiness.parts:
            parts.add_metric([part.name], float(part.ok))
        events, open_cases, quarantine_bytes = self._record()
        yield from (
            lag,
            standing,
            parts,
            GaugeMetricFamily("holdfast_ready", "1 when /health/ready says so", value=float(readiness.ready)),
            GaugeMetricFamily("holdfast_record_events", "Number of the last event that was read", value=events),
            GaugeMetricFamily("holdfast_open_cases", "Cases that are open", value=open_cases),
            GaugeMetricFamily("holdfast_quarantine_bytes", "Raw bytes in the quarantine", value=quarantine_bytes),
        )
