"""Build the program for this platform and try it: `python packaging/build.py`, with the Python of `.venv`.

The result is the folder `dist/standards-desk`. On Debian this also needs binutils and, with the system's own
Python, libpython3.11.
"""

import subprocess
import sys
from pathlib import Path

import smoke

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"


def main() -> int:
    """Build, then run what was built; 0 when all is well."""
    command = (
        sys.executable, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN",
        "--distpath", DIST, "--workpath", ROOT / "build", ROOT / "packaging" / "standards-desk.spec",
    )  # fmt: skip
    print("打包到", DIST, flush=True)
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        return 1
    return smoke.main([str(DIST / "standards-desk")])


if __name__ == "__main__":
    sys.exit(main())
