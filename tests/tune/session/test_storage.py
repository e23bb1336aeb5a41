"""The copy of a sweep's folder, on a disk and on S3."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import tune.session.storage
from results.errors import ResultsError
from results.store.folder import SweepFolder
from tests.s3 import ACCESS, Server
from tune.session.storage import Storage


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(params=["disk", "s3"])
def uri(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    if request.param == "disk":
        return str(tmp_path / "storage")
    for name, value in ACCESS.items():
        monkeypatch.setenv(name, value)
    return server.uri(tmp_path.name)


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    folder = SweepFolder(tmp_path / "runs" / "one")
    folder.make({"asked": 1})
    folder.journal.write_bytes(b"1\n2\n")
    folder.trial(0).mkdir()
    folder.epochs_csv(0).write_text("fold,epoch\n")
    return folder


def contents(folder: SweepFolder) -> dict[str, bytes]:
    files = (path for path in folder.path.rglob("[!.]*") if path.is_file())
    return {str(path.relative_to(folder.path)): path.read_bytes() for path in files}


def test_what_was_sent_is_fetched(uri: str, folder: SweepFolder, tmp_path: Path) -> None:
    storage = Storage(uri, "one")
    storage.check()
    assert not storage.holds_sweep()
    storage.send(folder)
    assert storage.holds_sweep()
    again = SweepFolder(tmp_path / "elsewhere" / "one")
    Storage(uri, "one").fetch(again)
    assert contents(again) == contents(folder)
    assert again.winner.is_dir()


def test_only_what_has_changed_is_sent_again(
    uri: str, folder: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    Storage(uri, "one").send(folder)
    storage = Storage(uri, "one")
    written: list[str] = []
    write = storage._write

    def noted(path: str, content: bytes) -> None:
        written.append(path)
        write(path, content)

    monkeypatch.setattr(storage, "_write", noted)
    storage.send(folder)
    assert written == []
    with folder.journal.open("ab") as file:
        file.write(b"3\n")
    folder.epochs_csv(0).unlink()
    storage.send(folder)
    assert [path.rpartition("/")[2] for path in written] == ["study.journal"]
    assert "trials/0000/epochs.csv" not in storage._known()


def test_a_copy_that_went_on_elsewhere_is_not_overwritten(
    uri: str, folder: SweepFolder, tmp_path: Path
) -> None:
    storage = Storage(uri, "one")
    storage.require_no_further(folder)
    storage.send(folder)
    storage.require_no_further(folder)
    other = SweepFolder(tmp_path / "elsewhere" / "one")
    storage.fetch(other)
    with other.journal.open("ab") as file:
        file.write(b"3\nhalf")
    Storage(uri, "one").send(other)
    with pytest.raises(ResultsError, match="holds one further on than"):
        Storage(uri, "one").require_no_further(folder)
    other.journal.write_bytes(b"1\n2\n3\n")  # half a line is removed where the search goes on
    Storage(uri, "one").require_no_further(other)


def test_missing_sweep_is_refused_and_nothing_is_made(uri: str, tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="there is no sweep two in"):
        Storage(uri, "two").fetch(SweepFolder(tmp_path / "runs" / "two"))
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("uri", "rule"),
    [
        ("ftp://somewhere/x", "--storage ftp://somewhere/x cannot be used: Unrecognized file"),
        ("s3://key:secret@bucket/x", "--storage takes no password"),
        ("/proc/nowhere", "--storage /proc/nowhere cannot be used"),
    ],
)
def test_storage_that_cannot_be_used_is_refused(uri: str, rule: str) -> None:
    with pytest.raises(ResultsError, match=rule):
        Storage(uri, "one").check()


def test_a_file_that_is_gone_before_it_is_read_holds_nothing_up(
    uri: str, folder: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, stamps = Storage(uri, "one"), tune.session.storage._stamps
    gone = [("trials/0000/gone.json", (1, 1))]
    with monkeypatch.context() as patch:
        patch.setattr(tune.session.storage, "_stamps", lambda folder: [*gone, *stamps(folder)])
        storage.send(folder)
    storage.send(folder)  # had failed for good: what was never there could not be removed
    assert sorted(storage._known()) == sorted(contents(folder))


def test_a_file_that_was_removed_there_already_holds_nothing_up(
    uri: str, folder: SweepFolder
) -> None:
    storage = Storage(uri, "one")
    storage.send(folder)
    name = str(folder.epochs_csv(0).relative_to(folder.path))
    storage._system.delete_file(storage._path(name))
    folder.epochs_csv(0).unlink()
    storage.send(folder)
    assert sorted(storage._known()) == sorted(contents(folder))


def test_a_copy_that_breaks_off_never_has_a_trial_that_its_journal_lacks(
    uri: str, folder: SweepFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search goes on while its files are copied, and a kill may come between any two."""
    storage = Storage(uri, "one")
    written: dict[str, bytes] = {}
    folder.trials_csv.write_text("old")
    write = storage._write

    def write_while_the_search_goes_on(path: str, content: bytes) -> None:
        written[path.rsplit("/", 1)[-1]] = content
        folder.trials_csv.write_text("new, with a trial more")
        write(path, content)

    monkeypatch.setattr(storage, "_write", write_while_the_search_goes_on)
    storage.send(folder)
    assert written["trials.csv"] == b"old"
    assert list(written).index("study.journal") < list(written).index("trials.csv")
    storage.send(folder)
    assert written["trials.csv"] == b"new, with a trial more"
