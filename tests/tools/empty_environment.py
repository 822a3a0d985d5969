"""A Python with nothing installed but the one package that the verifiers need: no Holdfast, no site packages."""

import importlib.metadata
import subprocess
import venv
from pathlib import Path

import pytest

PACKAGE = "cryptography"


def empty_python(folder: Path) -> Path:
    """The interpreter of a fresh environment; what ``cryptography`` needs is linked into it. Skips where none can be
    made."""
    try:
        venv.create(folder, with_pip=False, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no virtual environment can be made here: {error}")
    python = folder / "bin" / "python"
    told = _run(python, "import sysconfig; print(sysconfig.get_paths()['platlib'])")
    if told.returncode:
        pytest.skip(f"the virtual environment does not run: {told.stderr}")
    site = Path(told.stdout.strip())
    for name in (PACKAGE, "cffi", "pycparser"):
        for file in importlib.metadata.files(name) or ():
            top = file.parts[0]
            if top != ".." and not (site / top).exists():
                (site / top).symlink_to(Path(str(file.locate())).parents[len(file.parts) - 1] / top)
    assert "No module named 'holdfast'" in _run(python, "import holdfast").stderr
    return python


def _run(python: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Without the environment of this process: it may name where Holdfast lies."""
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=False, env={})
