"""What the server prepares is all that a monitor's waves need."""

import subprocess
import sys

ASKED = """
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
assert any(before.values())
dog = Scenario(name="rex", title="", seed=7, signalment=Signalment("Rex", "Malinois", "male", 72, 32.0, "", "drill"),
               begin=HEALTHY_REST, course=(), sensors=frozenset(Sensor), history_min=0)
monitor, state = SimulatedMonitor(dog, "ICU 1"), bedside.initial()
for second in range(50):
    state, _ = bedside.step(state, monitor.message_at(second * 1_000_000).waves)
late = {loop: n for loop, n in compiled().items() if n != before.get(loop)}
assert not late, late
"""


def test_a_dog_with_every_sensor_compiles_nothing_after_the_warm_up() -> None:
    """In a process of its own: the other tests of this one have compiled the loops already."""
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
