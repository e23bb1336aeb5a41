"""Ray, started for one job or joined."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import joblib
import ray
import ray._private.auto_init_hook
import ray._private.worker

from datasets.errors import first_line
from datasets.extension import extension_files
from tune.errors import SweepError

ANSWER_SECONDS = 10
ROOMS = ("datasets", "model", "search_spaces", "results", "tune")
# Read by Ray: no tables, log files and statistics of its own beside ours.
SETTINGS = {
    "RAY_AIR_NEW_OUTPUT": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_WARN_INSUFFICENT_RESOURCE_THRESHOLD_S": "60",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_gcs_server_port_wait_time_s": "180",  # for a machine that is busy with other work
}
# Read by OpenMP in workers: how long a thread spins while it waits for others. By default that is
# milliseconds, for which it keeps the core from the thread it waits for where others work, too.
WAITING = {"GOMP_SPINCOUNT": "2000"}

NICENESS = "RAY_worker_niceness"
ATTEMPTS = 3  # to start Ray: on a busy machine its processes may take longer than it waits


@contextmanager
def ray_cluster(address: str | None, nice: int = 0, cores: int | None = None) -> Iterator[None]:
    """Runs a block with Ray: the cluster at `address`, or one of this machine's own.

    Without an address, a Ray that this process runs already is used, and left running.

    Args:
        address: `host:port` of a cluster, or `auto`.
        nice: Niceness of the workers of a Ray that is started here, unless the user's environment
            says it. Ray's own 15 starves them wherever anything else is at work.
        cores: That a Ray started here may use; all that this process may when left out.

    Raises:
        SweepError: If no cluster answers at the address, or Ray cannot be started.
    """
    # Else what is still asked of a Ray that has ended would start one, or join a stranger's here.
    ray._private.auto_init_hook.enable_auto_connect = False
    if address is None and ray.is_initialized():
        yield
        return
    _require_answer(address)
    for name, value in {**SETTINGS, **WAITING, NICENESS: str(nice)}.items():
        os.environ.setdefault(name, value)
    logging.getLogger("ray").setLevel(logging.CRITICAL)  # what fails is told in our own words
    _start(address, cores)
    # Of a node that was lost Ray prints twenty lines of its log, which no setting of a Ray that is
    # imported stops; the search tells it in one line.
    ray._private.worker.print_to_stdstream = lambda *_, **__: None
    try:
        yield
    finally:
        ray.shutdown()


def _start(address: str | None, cores: int | None) -> None:
    """Starts Ray here, or joins a cluster.

    Raises:
        SweepError: If it fails.
    """
    try:
        start_ray(
            address=address or "local",
            num_cpus=None if address else cores or joblib.cpu_count(),
            include_dashboard=None if address else False,
            runtime_env=_environment() if address else None,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
        )
    except Exception as error:  # of many kinds, a bare Exception among them
        failed = f"no Ray cluster answers at {address}" if address else "Ray could not be started"
        raise SweepError(f"{failed}: {first_line(error)}") from error


def start_ray(**options: Any) -> None:
    """Starts Ray, or joins it, with some attempts: it waits only 30 s for its own processes.

    Args:
        options: Those of `ray.init`.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            ray.init(**options)
        except Exception as error:
            ray.shutdown()
            is_short = options.get("address") == "local" and "timed out" in str(error).lower()
            if attempt == ATTEMPTS or not is_short:
                raise
        else:
            return


def _environment() -> dict[str, Any]:
    """Returns what workers elsewhere need besides the packages: this very code, and settings.

    Workers on this machine find code of the user's own in the folder that shuzi was called in.
    """
    house = Path(__file__).resolve().parents[2]
    return {
        "py_modules": [*(str(house / room) for room in ROOMS), *map(str, extension_files())],
        "env_vars": {name: os.environ[name] for name in WAITING},
    }


def _require_answer(address: str | None) -> None:
    """Refuses an address where nothing listens at once; Ray itself tries for minutes."""
    if (address or "").startswith("ray://"):
        raise SweepError(
            f"--address must be host:port or auto, but got {address}: this machine must be a node "
            "of the cluster, since the sweep runs here."
        )
    host, colon, port = (address or "").rpartition(":")
    if not (colon and port.isdigit()) or "/" in host:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_SECONDS).close()
    except OSError as error:
        raise SweepError(f"no Ray cluster answers at {address}: {error}") from error


def cores_and_gpus() -> dict[str, float]:
    """Returns what all machines together have, by Ray's words: `CPU` and `GPU`."""
    there: dict[str, float] = ray.cluster_resources()
    return there
