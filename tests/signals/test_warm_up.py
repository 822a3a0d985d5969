"""What the server prepares is all that a monitor's waves need."""

import ast
import subprocess
import sys
from pathlib import Path

import holdfast.signals

ASKED = """
import importlib
import sys
from holdfast.kernel.compiled import Compiled
from holdfast.signals import bedside
from holdfast.signals.warm_up import warm_up
from holdfast.simulation.monitor import SimulatedMonitor
from holdfast.simulation.scenario import Scenario, Signalment
from holdfast.simulation.states import HEALTHY_REST, Sensor

def compiled():
    found = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("holdfast.signals"):
            for loop, thing in vars(module).items():
                if isinstance(thing, Compiled):
                    found[name, loop] = len(thing.signatures)
    return found

warm_up()
before = compiled()
cold = [one for one in CALLED if not getattr(importlib.import_module(one[0]), one[1]).signatures]
assert not cold, cold
dog = Scenario(name="rex", title="", seed=7, signalment=Signalment("Rex", "Malinois", "male", 72, 32.0, "", "drill"),
               begin=HEALTHY_REST, course=(), sensors=frozenset(Sensor), history_min=0)
monitor, state = SimulatedMonitor(dog, "ICU 1"), bedside.initial()
for second in range(50):
    state, _ = bedside.step(state, monitor.message_at(second * 1_000_000).waves)
late = {loop: n for loop, n in compiled().items() if n != before.get(loop)}
assert not late, late
"""


def called_from_python() -> list[tuple[str, str]]:
    """Every compiled loop that code which is not compiled calls: (module, loop). The others are compiled with it."""
    trees = {path.stem: ast.parse(path.read_text()) for path in Path(holdfast.signals.__path__[0]).glob("*.py")}
    loops = {(module, one.name) for module, tree in trees.items() for one in tree.body if is_compiled(one)}
    called: set[tuple[str, str]] = set()
    for module, tree in trees.items():
        known = {loop: (home, loop) for home, loop in loops if home == module}
        for one in ast.walk(tree):
            if isinstance(one, ast.ImportFrom) and one.module and one.module.startswith("holdfast.signals."):
                home = one.module.rpartition(".")[2]
                known |= {
                    name.asname or name.name: (home, name.name) for name in one.names if (home, name.name) in loops
                }
        for part in tree.body:
            if not is_compiled(part):
                names = {one.id for one in ast.walk(part) if isinstance(one, ast.Name)}
                called |= {known[name] for name in names & known.keys()}
    return [(f"holdfast.signals.{module}", loop) for module, loop in sorted(called)]


def is_compiled(part: ast.stmt) -> bool:
    return isinstance(part, ast.FunctionDef) and any(
        isinstance(one, ast.Name) and one.id == "compiled" for one in part.decorator_list
    )


def test_every_loop_is_compiled_by_the_warm_up_and_a_dog_with_every_sensor_compiles_nothing_after_it() -> None:
    """In a process of its own: the other tests of this one have compiled the loops already.

    One that is compiled at its first call, a minute into the night, holds up the analysis of every bed."""
    called = called_from_python()
    assert ("holdfast.signals.variability", "_breathed") in called
    asked = f"CALLED = {called!r}\n{ASKED}"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
