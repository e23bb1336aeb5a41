"""Both languages say the same."""

import string

import pytest

from model.configuration import BASELINE
from results.errors import ResultsError
from results.report.words import languages, words_of


def _blanks(sentence: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_language_has_the_same_sentences_with_the_same_blanks() -> None:
    english = words_of("en")
    assert languages() == ["en", "zh"]
    for language in languages():
        words = words_of(language)
        assert list(words.sentences) == list(english.sentences)
        for key, sentence in words.sentences.items():
            assert _blanks(sentence) == _blanks(english.sentences[key]), key


@pytest.mark.parametrize("language", languages())
def test_every_parameter_has_a_name(language: str) -> None:
    assert set(words_of(language).names) == set(BASELINE.to_dict())


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ResultsError, match="--lang must be one of en, zh, but got fr"):
        words_of("fr")
