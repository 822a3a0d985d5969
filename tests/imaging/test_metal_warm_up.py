"""A film that comes first is searched as fast as the next: nothing of the search is compiled by it."""

import subprocess
import sys

ASKED = """
from holdfast.gateways.dicom import jpeg_lossless
from holdfast.imaging.metal import component_tree, lines, preparing, straight, straight_shape, warm_up
from holdfast.imaging.metal.search import shipped_weights
from holdfast.kernel.compiled import Compiled

warm_up.warm_up(shipped_weights())
jpeg_lossless.warm_up()
loops = [
    (name, thing)
    for module in (component_tree, lines, preparing, straight, straight_shape, jpeg_lossless)
    for name, thing in vars(module).items()
    if isinstance(thing, Compiled)
]
assert len(loops) >= 9, loops
cold = [name for name, loop in loops if not loop.signatures]
assert not cold, cold
"""


def test_every_loop_that_a_film_needs_is_compiled_by_the_warm_up() -> None:
    """In a process of its own: the other tests of this one have compiled the loops already."""
    done = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
