"""A copy of a sweep's folder elsewhere: on S3, NFS, or whatever else pyarrow reaches."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
from pyarrow import fs

from results.errors import ResultsError
from results.store.folder import SweepFolder

OBJECT_STORES = ("s3", "gcs", "abfs")  # where a file appears complete or not at all


class Storage:
    """The copy of one sweep's folder, `<uri>/<name>`.

    Args:
        uri: Of a folder, as `pyarrow.fs.FileSystem.from_uri` takes it, or an absolute path.
        name: The sweep's.

    Raises:
        ResultsError: If there is no such kind of file system, or a password in the URI.
    """

    def __init__(self, uri: str, name: str) -> None:
        self.uri, self.name = uri, name
        self._system, self._out = _opened(uri)
        self._sent: dict[str, tuple[int, int]] | None = None

    def check(self) -> None:
        """Writes a file, reads it and deletes it again.

        Raises:
            ResultsError: If one of these fails.
        """
        content, probe = uuid.uuid4().bytes, f"{self._out}/.shuzi-{uuid.uuid4().hex}"
        with _refused(self.uri):
            self._write(probe, content)
            same = self._read(probe) == content
            self._system.delete_file(probe)
        if not same:
            raise ResultsError(f"--storage {self.uri} gives back other bytes than were written.")

    def holds_sweep(self) -> bool:
        """Tells whether a sweep of this name is there.

        Raises:
            ResultsError: If the file system fails.
        """
        with _refused(self.uri):
            there = self._system.get_file_info(self._path("sweep.json"))
        return bool(there.type == fs.FileType.File)

    def send(self, folder: SweepFolder) -> None:
        """Copies the files that have changed since they were copied, and removes what is gone.

        Raises:
            OSError, pyarrow.ArrowException: If the file system fails; the next call goes on there.
        """
        here = dict(_stamps(folder))
        # Read before the journal and written behind it: so they never have a trial that it lacks.
        tables = {path.name: _content(path) for path in (folder.trials_csv, folder.search_json)}
        sent = self._known() if self._sent is None else self._sent
        self._sent = sent
        for name in sent.keys() - here.keys():
            with suppress(FileNotFoundError):  # removed before, but the answer was lost
                self._system.delete_file(self._path(name))
            del sent[name]
        for name, (size, written) in here.items():
            size_there, written_there = sent.get(name, (-1, -1))
            changed = size != size_there or written > written_there
            if changed and self._send(tables.get(name) or _content(folder.path / name), name):
                sent[name] = size, written

    def _send(self, content: bytes | None, name: str) -> bool:
        """Copies a file; returns whether it was still here."""
        if content is None:  # gone since it was listed: the next call removes it there
            return False
        self._write(self._path(name), content)
        return True

    def fetch(self, folder: SweepFolder) -> None:
        """Copies the sweep to a folder that is not there yet, all at once.

        Raises:
            ResultsError: If the sweep is not there or cannot be read.
        """
        if not self.holds_sweep():
            raise ResultsError(f"there is no sweep {self.name} in {self.uri}.")
        folder.path.parent.mkdir(parents=True, exist_ok=True)
        beginning = Path(tempfile.mkdtemp(prefix=".begun-", dir=folder.path.parent))
        try:
            with _refused(self.uri):
                self._fetch_into(beginning)
            beginning.chmod(0o755)
            beginning.rename(folder.path)
        finally:
            shutil.rmtree(beginning, ignore_errors=True)

    def _fetch_into(self, beginning: Path) -> None:
        for name, (_, written) in self._known().items():
            path = beginning / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._read(self._path(name)))
            os.utime(path, ns=(written, written))
        for room in (SweepFolder(beginning).trials, SweepFolder(beginning).winner):
            room.mkdir(exist_ok=True)

    def require_no_further(self, folder: SweepFolder) -> None:
        """Refuses a copy that has gone on, or was made, elsewhere.

        Raises:
            ResultsError: If its journal does not begin as the folder's.
        """
        if not self.holds_sweep():
            return
        name = folder.journal.name
        with _refused(self.uri):
            there = self._read(self._path(name)) if name in self._known() else b""
        here = folder.journal.read_bytes() if folder.journal.is_file() else b""
        if not here.startswith(there[: there.rfind(b"\n") + 1]):
            raise ResultsError(
                f"{self.uri} holds {folder.name} further on than {folder.path}: move that folder "
                "away, and resume fetches what is there."
            )

    def _known(self) -> dict[str, tuple[int, int]]:
        """Returns size and time of writing, ns, of each file that is there."""
        selector = fs.FileSelector(self._path(""), allow_not_found=True, recursive=True)
        files = [each for each in self._system.get_file_info(selector) if each.is_file]
        start = len(self._path(""))
        return {each.path[start:].lstrip("/"): (each.size, _latest(each)) for each in files}

    def _path(self, name: str) -> str:
        return f"{self._out}/{self.name}/{name}".rstrip("/")

    def _write(self, path: str, content: bytes) -> None:
        """Writes a file, complete or not at all."""
        if self._system.type_name in OBJECT_STORES:
            return self._write_through(path, content)
        self._system.create_dir(path.rpartition("/")[0], recursive=True)
        self._write_through(f"{path}.part", content)
        self._system.move(f"{path}.part", path)
        return None

    def _write_through(self, path: str, content: bytes) -> None:
        with self._system.open_output_stream(path) as stream:
            stream.write(content)

    def _read(self, path: str) -> bytes:
        with self._system.open_input_stream(path) as stream:
            return bytes(stream.read())


def _latest(file: fs.FileInfo) -> int:
    """Returns when a file was written at the latest, ns: S3 tells complete seconds."""
    return (file.mtime_ns or 0) + 999_999_999


def _opened(uri: str) -> tuple[fs.FileSystem, str]:
    if "@" in uri.partition("://")[2].partition("/")[0]:
        raise ResultsError("--storage takes no password: leave it to the environment.")
    with _refused(uri):
        system, path = fs.FileSystem.from_uri(uri)
    return system, path.rstrip("/")


@contextmanager
def _refused(uri: str) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise ResultsError(f"--storage {uri} cannot be used: {one_line(error)}") from error


def _content(path: Path) -> bytes | None:
    """Returns what is in a file; nothing if it is gone."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    return None


def _stamps(folder: SweepFolder) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yields name, size and time of writing, ns, of each file; those last that speak of others."""
    last = (folder.evaluation_json, folder.journal, folder.trials_csv, folder.search_json)
    for path in [*sorted(set(folder.path.rglob("[!.]*")) - set(last)), *last]:
        if path.is_file() and not path.is_symlink():  # Optuna's lock is a link
            status = path.stat()
            yield str(path.relative_to(folder.path)), (status.st_size, status.st_mtime_ns)


def one_line(error: Exception) -> str:
    """Returns what an error says, in one line."""
    return " ".join(str(error).split())
