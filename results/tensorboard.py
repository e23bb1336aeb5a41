"""TensorBoard, on loopback."""

from pathlib import Path

from tensorboard import default, program


def serve(folder: Path, port: int) -> None:
    """Serves what the event files in a folder hold, until it is interrupted.

    Args:
        folder: Of a sweep's trials, or of sweeps.
        port: On this machine alone.
    """
    server = program.TensorBoard(plugins=default.get_plugins())
    server.configure(
        argv=[None, "--logdir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    )
    server.main()
