"""A card as programs read it: Hugging Face's library its head, a Markdown parser its tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from results.store.evaluation import wilson_interval

Table = list[dict[str, str]]


@dataclass(frozen=True)
class ParsedCard:
    """A card's head, its tables by their first heading, and the complete text."""

    head: Any
    tables: dict[str, Table]
    text: str

    @classmethod
    def of(cls, path: Path) -> "ParsedCard":
        card = ModelCard.load(path)
        # Of tables with the same first heading, the first one.
        tables = {next(iter(table[0])): table for table in reversed([*_tables(card.text)])}
        return cls(card.data, tables, card.text)


def _tables(text: str) -> Iterator[Table]:
    headings: list[str] = []
    cells: list[str] = []
    rows: Table = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type in ("th_open", "td_open"):
            cells.append("")
        elif token.type == "inline" and token.level > 3:
            cells[-1] = token.content
        elif token.type == "thead_close":
            headings, cells, rows = cells, [], []
        elif token.type == "tr_close" and headings:
            rows.append(dict(zip(headings, cells, strict=True)))
            cells = []
        elif token.type == "table_close":
            yield rows
            headings = []


def require_figures_of(card: ParsedCard, evaluation: Any) -> None:
    """Fails unless every figure of the card is that of `evaluation.json`."""
    row = next(
        row
        for row in evaluation["rows"]
        if (row["config"], row["trained_on"]) == ("winner", "mnist+chinese")
    )
    _require_head(card, row)
    _require_labels(card.tables["label"], row["confusion"])
    _require_sources(card.tables["source"], row, evaluation["held_out"]["sources"])
    networks = card.tables["network"]
    assert [line["right"] for line in networks] == [
        f"{each['correct']:,}/{each['count']:,}" for each in evaluation["rows"]
    ]
    assert [line["loss"] for line in networks] == [
        f"{each['loss']:.4f}" for each in evaluation["rows"]
    ]


def _require_head(card: ParsedCard, row: Any) -> None:
    first, *others = card.head.eval_results
    assert first.metric_value == row["accuracy"]
    low, high = row["ci95"]
    told = f"{row['correct']} of {row['count']}; 95 % interval {low:.4f} to {high:.4f}"
    assert first.metric_name == told
    expected = [] if row["mnist_test_accuracy"] is None else [row["mnist_test_accuracy"]]
    assert [each.metric_value for each in others] == expected


def _require_labels(table: Table, confusion: list[list[int]]) -> None:
    assert [line["label"] for line in table] == [str(n) for n in range(10) if sum(confusion[n])]
    for line in table:
        label = int(line["label"])
        _require_counts(line, confusion[label][label], sum(confusion[label]))
        for instead in filter(None, line["taken for instead"].split(", ")):
            other, count = instead.rstrip(")").split(" (")
            assert confusion[label][int(other)] == int(count)


def _require_sources(table: Table, row: Any, sources: dict[str, int]) -> None:
    *lines, complete = table
    assert {line["source"]: number(line["of"]) for line in lines} == sources
    assert sum(number(line["right"]) for line in lines) == row["correct"]
    for line in lines:
        _require_counts(line, number(line["right"]), sources[line["source"]])
    _require_counts(complete, row["correct"], row["count"])


def _require_counts(line: dict[str, str], correct: int, count: int) -> None:
    assert (number(line["right"]), number(line["of"])) == (correct, count)
    assert line["accuracy"] == percent(correct / count)
    low, high = wilson_interval(correct, count)
    assert line["95 % interval"] == f"{percent(low)} to {percent(high)}"


def percent(part: float) -> str:
    return f"{100 * part:.2f}\N{NO-BREAK SPACE}%"


def number(told: str) -> int:
    return int(told.replace(",", ""))
