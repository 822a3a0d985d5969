"""The dogs of the demonstration, by name."""

from holdfast.simulation.scenario import Scenario
from holdfast.simulation.scenarios.leo import LEO
from holdfast.simulation.scenarios.rex import REX
from holdfast.simulation.scenarios.ward import WARD

ALL: dict[str, Scenario] = {scenario.name: scenario for scenario in (REX, LEO, *WARD)}
