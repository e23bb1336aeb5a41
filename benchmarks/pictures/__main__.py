"""The pictures of README and docs, of a real sweep with drawn digits.

    python -m benchmarks.pictures

Four minutes on 2 cores. Needs Chromium and the extras `dev` and `bench`. The pictures go to
docs/pictures/.
"""

import argparse
import tempfile
from pathlib import Path

from benchmarks.pictures.sheets import take_import, take_reading
from benchmarks.pictures.terminal import take_terminal
from benchmarks.pictures.views import (
    SHUZI,
    browser_page,
    take_dashboard,
    take_page,
    take_report,
    take_tensorboard,
)
from benchmarks.shared.packages import require
from results.store.folder import SweepFolder

OUT = Path(__file__).parents[2] / "docs" / "pictures"


def main() -> None:
    """Runs a sweep and takes a picture of each view of it."""
    require("optuna_dashboard")
    arguments = _arguments()
    folder = SweepFolder(Path(tempfile.mkdtemp(prefix="shuzi-pictures-")) / "example")
    OUT.mkdir(exist_ok=True)
    options = ["--chinese", arguments.chinese, "--trials", str(arguments.trials)]
    options += ["--name", folder.path.name, "--out", str(folder.path.parent)]
    take_terminal([*SHUZI, "sweep", *options], OUT / "terminal.svg")
    take_import(OUT / "import.jpg")
    take_reading(folder, OUT / "reading.jpg")
    with browser_page() as page:
        take_tensorboard(page, folder, OUT)
        take_dashboard(page, folder, OUT / "dashboard.png")
        take_report(page, folder, OUT / "report.png")
        take_page(page, folder, OUT / "page.png")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chinese", default="embedded", help="as `shuzi sweep` takes it")
    parser.add_argument("--trials", type=int, default=30)
    return parser.parse_args()


if __name__ == "__main__":
    main()
