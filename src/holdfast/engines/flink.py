"""The analysis of many beds on Apache Flink: a keyed job, its states in checkpoints, each result written once.

``python -m holdfast.engines.flink SEGMENTS RESULTS --checkpoints FOLDER`` runs it here; ``flink run -py`` takes the
same module to a cluster. It needs an environment of its own (``pip install 'holdfast[flink]'``): see
``docs/reference/across-machines.md``.

Segments are read in any order (Flink keeps none across files), keyed by bed, and analysed in a Python worker
("process" mode: "thread" mode breaks on Java 17). A state is the bytes of ``following.dump``. Results go to files that
take their name only when the checkpoint that holds the state after them is complete. A worker that dies takes the job
back to the last checkpoint, and what it had written since goes with it: so no result is lost and none comes twice.
"""

import argparse
import builtins
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyflink.common import Configuration, Duration, Encoder, Types, WatermarkStrategy
from pyflink.datastream import KeyedProcessFunction, RuntimeContext, StreamExecutionEnvironment
from pyflink.datastream.connectors.file_system import (
    FileSink,
    FileSource,
    OutputFileConfig,
    RollingPolicy,
    StreamFormat,
)
from pyflink.datastream.state import ValueStateDescriptor

from holdfast.config import keep_machine_code

BUNDLE = 50
"""Pieces that a worker is handed at a time: a checkpoint waits for so many (ours; a piece takes about 20 ms)."""

END_OF_TIME = 2**63 - 2
"""A timer that rings when a bounded source is at its end, and never before."""


@dataclass(frozen=True)
class Job:
    """Where it reads and writes. Folders are addresses that every worker reaches (a shared disk, an object store)."""

    segments: str
    results: str
    checkpoints: str
    parallelism: int = 1
    checkpoint_s: float = 10.0
    """A result is seen at most this long after it is known; less costs more writing of states."""
    restarts: int = 20
    """Deaths of workers after which the job gives up and says so."""
    keeps_on: bool = False
    """Wait for further segments, instead of ending after the last."""


def mend_print() -> None:
    """Let numba be imported in a worker.

    A worker of Flink puts a method of its own in place of ``print``; numba looks every builtin up again by its module
    and name, does not find that one, and refuses. So it is laid where numba looks.
    """
    home = sys.modules[builtins.print.__module__]
    if getattr(home, "print", None) is not builtins.print:
        home.print = builtins.print  # type: ignore[attr-defined]


def key_of(line: str) -> str:
    """The bed as it stands in the line."""
    return line.partition("\t")[0]


class Follow(KeyedProcessFunction):  # type: ignore[misc]  # the library has no types
    """``following`` for the bed that is the key. The analysis is imported in the worker only, after ``mend_print``."""

    def open(self, runtime_context: RuntimeContext) -> None:
        mend_print()
        keep_machine_code()
        from holdfast.engines import following, segments

        self._following, self._segments = following, segments
        self._kept = runtime_context.get_state(ValueStateDescriptor("following", Types.PICKLED_BYTE_ARRAY()))

    def process_element(self, value: str, ctx: Any) -> Iterator[str]:
        kept = self._kept.value()
        if kept is None:
            ctx.timer_service().register_event_time_timer(END_OF_TIME)
        state = self._following.load(kept) if kept is not None else self._following.initial()
        state, said = self._following.step(state, self._segments.from_line(value))
        self._kept.update(self._following.dump(state))
        yield from map(self._segments.said_line, said)

    def on_timer(self, timestamp: int, ctx: Any) -> Iterator[str]:  # noqa: ARG002  # Flink's signature
        state, said = self._following.finish(self._following.load(self._kept.value()))
        self._kept.update(self._following.dump(state))
        yield from map(self._segments.said_line, said)


def configuration(job: Job) -> Configuration:
    """What the job needs of a cluster, whichever it is."""
    settings = {
        "python.execution-mode": "process",
        "python.executable": sys.executable,
        "python.client.executable": sys.executable,
        "python.fn-execution.bundle.size": str(BUNDLE),
        "parallelism.default": str(job.parallelism),
        "execution.checkpointing.interval": f"{round(job.checkpoint_s * 1000)} ms",
        "execution.checkpointing.mode": "EXACTLY_ONCE",
        "execution.checkpointing.dir": job.checkpoints,
        "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": str(job.restarts),
        "restart-strategy.fixed-delay.delay": "1 s",
    }
    made = Configuration()
    for key, value in settings.items():
        made.set_string(key, value)
    return made


def build(env: StreamExecutionEnvironment, job: Job) -> None:
    """Put the job together; nothing runs yet."""
    source = FileSource.for_record_stream_format(StreamFormat.text_line_format(), job.segments)
    if job.keeps_on:
        source = source.monitor_continuously(Duration.of_seconds(1))
    sink = (
        FileSink.for_row_format(job.results, Encoder.simple_string_encoder())
        .with_output_file_config(OutputFileConfig.builder().with_part_prefix("said").with_part_suffix(".jsonl").build())
        .with_rolling_policy(RollingPolicy.on_checkpoint_rolling_policy())
        .build()
    )
    # The names are what a checkpoint is found by again: an update of Holdfast must not change them.
    (
        env.from_source(source.build(), WatermarkStrategy.no_watermarks(), "segments")
        .uid("segments")
        .key_by(key_of, key_type=Types.STRING())
        .process(Follow(), output_type=Types.STRING())
        .name("analysis")
        .uid("analysis.1")
        .sink_to(sink)
        .name("results")
        .uid("results")
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="holdfast.engines.flink", description="Follow many beds on Apache Flink.")
    parser.add_argument("segments", help="folder (or address) of segments")
    parser.add_argument("results", help="folder (or address) for results")
    parser.add_argument("--checkpoints", required=True, help="folder (or address) for states")
    parser.add_argument("--parallelism", type=int, default=1)
    parser.add_argument("--checkpoint-s", type=float, default=10.0)
    parser.add_argument("--restarts", type=int, default=20)
    parser.add_argument("--keeps-on", action="store_true", help="wait for further segments")
    options = parser.parse_args()
    job = Job(
        _address(options.segments),
        _address(options.results),
        _address(options.checkpoints),
        parallelism=options.parallelism,
        checkpoint_s=options.checkpoint_s,
        restarts=options.restarts,
        keeps_on=options.keeps_on,
    )
    env = StreamExecutionEnvironment.get_execution_environment(configuration(job))
    build(env, job)
    env.execute("holdfast")


def _address(text: str) -> str:
    return text if "://" in text else Path(text).absolute().as_uri()


if __name__ == "__main__":
    # Workers import what the job is made of by its name; of this module, run as a script, they would know none.
    from holdfast.engines import flink

    flink.main()
