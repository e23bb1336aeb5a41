"""What errors say, in a line."""

import pytest

from datasets.errors import DataError, first_line, naming


@pytest.mark.parametrize(
    ("said", "line"), [("no room\nmore", "no room"), ("\n no room", "no room"), ("", "")]
)
def test_the_first_line_is_what_is_told(said: str, line: str) -> None:
    assert first_line(RuntimeError(said)) == line


def test_what_is_read_is_named_before_what_is_wrong_with_it() -> None:
    with pytest.raises(DataError, match=r"^7\.png has no ink"), naming("7.png"):
        raise DataError("has no ink.")
