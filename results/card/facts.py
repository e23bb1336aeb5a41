"""What a model card says in tables."""

from collections.abc import Iterator

from results.report.answer import percent
from results.report.material import LAST, Material
from results.report.words import Words
from results.store.evaluation import EvaluationRow, wilson_interval

Row = tuple[str, ...]


def right_of(correct: int, count: int, words: Words) -> Row:
    """Returns how many of how many are read right, in percent, and Wilson's 95 % interval."""
    low, high = (percent(end) for end in wilson_interval(correct, count))
    return (
        f"{correct:,}",
        f"{count:,}",
        percent(correct / count),
        words.say("from_to", low=low, high=high),
    )


def by_source(material: Material, words: Words) -> Iterator[Row]:
    """Returns for each held-out source how it is read, and all of them."""
    readings, row = material.readings.get(LAST), material.row(LAST)
    if readings is not None:
        for source, (correct, count) in readings.by_source.items():
            yield words.value(source), *right_of(correct, count, words)
    if row is not None:
        yield words.say("all"), *right_of(row["correct"], row["count"], words)


def by_label(row: EvaluationRow, words: Words) -> Iterator[Row]:
    """Returns for each label how it is read, and what it is taken for most often instead."""
    for label, counts in enumerate(row["confusion"]):
        if sum(counts):
            yield str(label), *right_of(counts[label], sum(counts), words), _instead(label, counts)


def _instead(label: int, counts: list[int]) -> str:
    wrong = {other: count for other, count in enumerate(counts) if other != label and count}
    most = sorted(wrong.items(), key=lambda item: -item[1])[:3]
    return ", ".join(f"{other} ({count})" for other, count in most)


def of_mnist(row: EvaluationRow, count: int, words: Words) -> Row:
    """Returns how MNIST's test digits are read; nothing where there were none."""
    accuracy = row["mnist_test_accuracy"]
    if accuracy is None or not count:
        return ()
    return right_of(round(accuracy * count), count, words)


def parameters(row: EvaluationRow, words: Words) -> list[Row]:
    """Returns the configuration."""
    return [(words.name(name), words.value(value)) for name, value in row["configuration"].items()]


def model_files(material: Material) -> list[Row]:
    """Returns the files that hold the trained network, and their sizes in kB."""
    folder = material.folder
    names = {folder.weights.name, *(export["file"] for export in material.exports)}
    paths = (path for path in sorted(folder.winner.glob("model*")) if path.name in names)
    return [(path.name, f"{path.stat().st_size / 1000:,.0f}") for path in paths]
