"""Both languages say the same."""

import string

from results.serving.page import languages


def _blanks(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_sentences_with_the_same_blanks() -> None:
    english, chinese = languages()["en"], languages()["zh"]
    assert list(english) == list(chinese)
    for key in english:
        assert _blanks(english[key]) == _blanks(chinese[key]), key
