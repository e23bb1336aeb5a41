"""TensorBoard, on loopback."""

import sys
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from tensorboard import default, program

from results.errors import ResultsError

VIEWS = {  # by what they show, with the run filter or the page that does
    "trials, by their loss": "#hparams",
    "what was asked, and how it went": f"#text&regexInput={quote('about$')}",
    "curves of the best trials and their folds": f"?runFilter={quote('best/')}#timeseries",
    "pictures of the best, the winner and the baseline": (
        f"#images&regexInput={quote('(best/[0-9]+|winner|baseline)$')}"
    ),
}


def serve(folder: Path, port: int) -> None:
    """Serves what the event files in a folder hold, until it is interrupted.

    Args:
        folder: Of a sweep's trials, or of sweeps.
        port: On this machine alone; 0 for any that is free.

    Raises:
        ResultsError: If the port is taken.
    """
    server = program.TensorBoard(plugins=default.get_plugins())
    server.configure(
        argv=[None, "--logdir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    )
    try:
        url = server.launch()
    except program.TensorBoardServerException as error:
        raise ResultsError(error.msg) from error
    print(f"TensorBoard is at {url} (Ctrl-C ends it)", file=sys.stderr)
    for what, view in VIEWS.items():
        print(f"{what}: {url}{view}", file=sys.stderr)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
