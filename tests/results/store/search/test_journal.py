"""A journal is looked at without Optuna."""

import hashlib
from pathlib import Path

import pytest

from results.errors import ResultsError
from results.store.search.journal import Beginning, JournalReader, has_news

BEGUN, REPORTED = b'{"op_code": 4}\n', b'{"op_code": 7}\n'


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    path = tmp_path / "study.journal"
    path.write_bytes(BEGUN)
    return path


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def test_reader_follows_a_journal_line_by_line(journal: Path) -> None:
    reader = JournalReader(journal)
    for content in (b"", REPORTED, b'{"op_', b'code": 7}\n' + REPORTED):
        append(journal, content)
        complete = journal.read_bytes().rpartition(b"\n")[0] + b"\n"
        assert reader.beginning() == Beginning(len(complete), hashlib.sha256(complete).hexdigest())


def test_trials_that_begin_are_news_and_what_they_report_is_none(journal: Path) -> None:
    beginning = JournalReader(journal).beginning()
    for content, expected in ((b"", False), (REPORTED, False), (b'{"op_', False)):
        append(journal, content)
        assert has_news(journal, beginning) == expected
    append(journal, b'code": 4}\n' + REPORTED)
    assert has_news(journal, beginning)


@pytest.mark.parametrize("content", [b"", BEGUN[:-1], b'{"op_code": 5}\n' + REPORTED])
def test_journal_that_does_not_begin_as_before_is_damaged(journal: Path, content: bytes) -> None:
    beginning = JournalReader(journal).beginning()
    journal.write_bytes(content)
    with pytest.raises(ResultsError, match="its first 15 bytes have changed"):
        has_news(journal, beginning)


@pytest.mark.parametrize("line", [b"noise\n", b"[1]\n", b"3\n", b"{}\n", b"\xff\n", b"\n"])
def test_line_that_is_no_operation_is_damage(journal: Path, line: bytes) -> None:
    beginning = JournalReader(journal).beginning()
    append(journal, line)
    with pytest.raises(ResultsError, match=r"study\.journal is damaged"):
        has_news(journal, beginning)
