"""The simulated dogs, by name."""

from holdfast.simulation.scenario import Scenario
from holdfast.simulation.scenarios.drill import ARREST
from holdfast.simulation.scenarios.leo import LEO
from holdfast.simulation.scenarios.rex import REX
from holdfast.simulation.scenarios.ward import BELLA, MAX, NALA

ALL: dict[str, Scenario] = {scenario.name: scenario for scenario in (REX, LEO, BELLA, MAX, NALA, ARREST)}
DEMO_WARD = ("rex", "leo", "bella", "max", "nala")
"""Who lies in the beds when nobody asks for anything else."""
