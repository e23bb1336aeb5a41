"""What a report says, in one language."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from results.errors import ResultsError
from results.numbers import in_three_digits

FOLDER = Path(__file__).parent / "words"


@dataclass(frozen=True)
class Words:
    """The words of one language.

    Attributes:
        sentences: By their key; those in braces are filled in.
        names: Of the parameters, with their unit.
        values: Words that stand in a sweep's files: of schedules, sources, causes.
    """

    sentences: dict[str, str]
    names: dict[str, str]
    values: dict[str, str]

    def say(self, key: str, **values: Any) -> str:
        """Returns a sentence, filled in.

        Raises:
            KeyError: If there is no such sentence.
        """
        return self.sentences[key].format(**values)

    def name(self, parameter: str) -> str:
        """Returns a parameter's name for people."""
        return self.names.get(parameter, parameter)

    def value(self, value: Any) -> str:
        """Returns a parameter's value, a source or a cause for people."""
        written = in_three_digits(value)
        return self.values.get(written, written)

    def duration(self, seconds: float) -> str:
        """Returns how long something took."""
        minutes, rest = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        parts = {"hours": hours, "minutes": minutes, "seconds": rest}
        largest = "hours" if hours else "minutes" if minutes else "seconds"
        return self.say(f"duration_{largest}", **parts)


def languages() -> list[str]:
    """Returns the languages there are, `en` and so on."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def words_of(language: str) -> Words:
    """Returns the words of a language.

    Raises:
        ResultsError: If there are none.
    """
    if language not in languages():
        raise ResultsError(f"--lang must be one of {', '.join(languages())}, but got {language}.")
    content = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    names, values = content.pop("names"), content.pop("values")
    return Words(content, names, values)
