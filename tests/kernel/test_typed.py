"""Types met for the first time by several threads at once: values, never the end of the process."""

import subprocess
import sys

import msgspec
import pytest

from holdfast.kernel import typed

RACED = """
import sys, threading, types
from holdfast.kernel import typed

sys.setswitchinterval(1e-6)
KINDS, FIELDS, THREADS = 40, 12, 4
source = "import msgspec\\nfrom typing import Annotated\\n"
for i in range(KINDS):
    source += f"class Leaf{i}(msgspec.Struct):\\n"
    for j in range(FIELDS):
        source += f"    f{j}: dict[str, list[Annotated[int, msgspec.Meta(ge=0)]]] | None = None\\n"
    source += f"class Tree{i}(msgspec.Struct):\\n    one: Leaf{i}\\n    many: tuple[Leaf{i}, ...]\\n"
made = sys.modules["made"] = types.ModuleType("made")
exec(source, made.__dict__)
leaf = {f"f{j}": {"x": [1]} for j in range(FIELDS)}
together, done = threading.Barrier(THREADS), []

def work():
    for i in range(KINDS):
        together.wait()
        done.append(typed.convert({"one": leaf, "many": [leaf]}, getattr(made, f"Tree{i}")))

threads = [threading.Thread(target=work) for _ in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert len(done) == KINDS * THREADS
"""


class Weight(msgspec.Struct):
    kg: float


def test_types_that_several_threads_meet_at_once_end_no_process() -> None:
    done = subprocess.run([sys.executable, "-c", RACED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_all_ways_give_the_same_value_and_refuse_the_same() -> None:
    right = Weight(32.0)
    assert typed.convert({"kg": 32.0}, Weight) == right
    assert typed.convert({"kg": "32"}, Weight, strict=False) == right
    assert typed.from_json(b'{"kg": 32}', Weight) == right
    assert typed.from_msgpack(msgspec.msgpack.encode(right), Weight) == right
    assert typed.json_decoder(Weight).decode(b'{"kg": 32}') == right
    assert typed.msgpack_decoder(Weight).decode(msgspec.msgpack.encode(right)) == right
    with pytest.raises(msgspec.ValidationError):
        typed.convert({"kg": "32"}, Weight)
    with pytest.raises(msgspec.ValidationError):
        typed.from_json(b'{"kg": "heavy"}', Weight)
