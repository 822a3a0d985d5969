"""For all tests: compiled loops are kept as the command keeps them, and never outlive a change of their sources."""

from holdfast.config import keep_machine_code

keep_machine_code()
