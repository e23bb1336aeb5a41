"""TensorBoard, on loopback."""

import sys
import threading
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from tensorboard import default, program

from results.errors import ResultsError

WITH_PICTURES = (
    r"(best/\d+|winner|baseline)$"  # runs; of more than 40, the page shows none by itself
)


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
    print(f"pictures alone: {url}#images&regexInput={quote(WITH_PICTURES)}", file=sys.stderr)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
