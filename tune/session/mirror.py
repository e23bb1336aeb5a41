"""Keeps the copy of a sweep's folder elsewhere up to date, while the sweep runs."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyarrow as pa

from results.errors import ResultsError
from results.store.folder import SweepFolder
from tune.errors import SweepFailed
from tune.planning.request import lasting_uri
from tune.session.signals import how_to_resume
from tune.session.storage import Storage, one_line

SECONDS = 5.0  # from one copy to the next
PATIENCE = 300.0  # seconds, for which a finished sweep waits for a storage that fails
SHORT = 10.0  # and one that was broken off


class Mirror:
    """Copies what has changed; a storage that fails for a while holds nothing up.

    Args:
        folder: The sweep's.
        storage: Its copy.
        say: Is told in a line when the storage begins to fail, and when it no longer does.
    """

    def __init__(self, folder: SweepFolder, storage: Storage, say: Callable[[str], None]) -> None:
        self._folder, self._storage, self._say = folder, storage, say
        self._over, self._failing = threading.Event(), False
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def begin(self) -> None:
        """Begins to copy, in a thread of its own."""
        self._thread.start()

    def _keep(self) -> None:
        while not self._over.wait(SECONDS):
            self._copied()

    def finish(self, patience: float) -> bool:
        """Copies what is left; returns whether that was possible within some seconds."""
        self._over.set()
        self._thread.join()
        until = time.monotonic() + patience
        while not self._copied():
            if time.monotonic() > until:
                return False
            time.sleep(1)
        return True

    def _copied(self) -> bool:
        try:
            self._storage.send(self._folder)
        except (OSError, pa.ArrowException) as error:
            if not self._failing:
                self._say(
                    f"cannot copy to {self._storage.uri}, which is tried again: {one_line(error)}"
                )
            self._failing = True
            return False
        if self._failing:
            self._say(f"{self._storage.uri} can be reached again: everything is copied")
        self._failing = False
        return True


@contextmanager
def mirrored(
    folder: SweepFolder, storage: Storage | None, say: Callable[[str], None]
) -> Iterator[None]:
    """Copies a sweep's folder while a block runs, and once more when it has ended, however.

    Raises:
        SweepFailed: If the storage failed to the end.
    """
    if storage is None:
        yield
        return
    lacking = (
        f"{storage.uri} lacks the end of {folder.name}, which is in {folder.path}. "
        f"{how_to_resume(folder)}"
    )
    mirror = Mirror(folder, storage, say)
    mirror.begin()
    try:
        yield
    except BaseException:
        if not mirror.finish(SHORT):
            say(lacking)
        raise
    if not mirror.finish(PATIENCE):
        raise SweepFailed(lacking)


def new_storage(uri: str | None, name: str) -> Storage | None:
    """Returns where a new sweep is copied to, checked; nothing without a URI.

    Raises:
        ResultsError: If it cannot be used, or holds a sweep of that name.
    """
    if uri is None:
        return None
    storage = Storage(uri, name)
    storage.check()
    if storage.holds_sweep():
        raise ResultsError(f"{uri} holds {name} already: choose another --name.")
    return storage


def storage_before(folder: SweepFolder, uri: str | None) -> Storage | None:
    """Returns where a sweep that goes on is copied to, checked; nothing without a URI.

    Raises:
        ResultsError: If it cannot be used, or the copy has gone on elsewhere.
    """
    if uri is None:
        return None
    storage = Storage(lasting_uri(uri), folder.name)
    storage.check()
    storage.require_no_further(folder)
    return storage
