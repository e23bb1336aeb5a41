"""The answer first: the table of two by two, and whether its differences are more than chance."""

from collections.abc import Iterator
from typing import Any

from datasets.sources.origin import DRAWN
from results.report.comparison import Comparison
from results.report.material import FIRST, LAST, Material, Network
from results.report.words import Words
from results.store.evaluation import BOTH, MNIST, EvaluationRow, wilson_interval

PAIRS: dict[str, tuple[Network, Network]] = {
    "paired_chinese": (("winner", MNIST), LAST),
    "paired_search": (("baseline", BOTH), LAST),
    "paired_both": (FIRST, LAST),
}


def percent(part: float, digits: int = 2) -> str:
    """Writes 0.98361 as `98.36 %`, with a space that no line breaks at."""
    return f"{100 * part:.{digits}f}\N{NO-BREAK SPACE}%"


def headline(material: Material, words: Words) -> tuple[str, str]:
    """Returns the answer in a line, and what it rests on."""
    row = material.row(LAST)
    if row is None:
        in_vain = not material.trials.empty and material.winner is None
        return words.say("no_winner" if in_vain else "no_headline"), ""
    counts = {"right": f"{row['correct']:,}", "count": f"{row['count']:,}"}
    low, high = (percent(end, 1) for end in row["ci95"])
    assert material.evaluation
    drawn = material.evaluation["held_out"]["sources"].get(DRAWN, 0)
    key = "headline" if not drawn else "headline_some_drawn"
    told = words.say(
        "headline_drawn" if drawn == row["count"] else key,
        percent=percent(row["accuracy"]),
        drawn=f"{drawn:,}",
        **counts,
    )
    return told, words.say("headline_after", low=low, high=high)


def averaged(material: Material, words: Words) -> str:
    """Says of how many networks the winner is the average; nothing of a single one."""
    row = material.row(LAST)
    count = row["configuration"].get("networks", 1) if row else 1
    return words.say("averaged", count=count) if count > 1 else ""


def notes(material: Material, words: Words) -> Iterator[str]:
    """Returns what must be known to read the answer rightly."""
    if not material.evaluation:
        return
    held_out = material.evaluation["held_out"]
    if DRAWN in held_out["sources"]:
        yield words.say("synthetic")
    if average := averaged(material, words):
        yield average
    yield words.say("small", points=f"{100 / held_out['count']:.2f}")
    yield words.say("claim")


def two_by_two(material: Material, words: Words) -> list[dict[str, Any]]:
    """Returns a row for each training set, a cell for each configuration."""
    rows = []
    for part in (MNIST, BOTH):
        found = [material.row((config, part)) for config in ("baseline", "winner")]
        cells = [_cell(row, words) for row in found if row]
        if cells:
            rows.append({"trained_on": words.say(part), "cells": cells})
    return rows


def _cell(row: EvaluationRow, words: Words) -> dict[str, str]:
    low, high = (percent(end, 1) for end in row["ci95"])
    return {
        "percent": percent(row["accuracy"]),
        "of": words.say("of", correct=f"{row['correct']:,}", count=f"{row['count']:,}"),
        "interval": words.say("interval", low=low, high=high),
    }


def comparisons(material: Material, words: Words) -> list[tuple[str, str, str]]:
    """Returns what is compared, what differs and whether that is more than chance."""
    rows = []
    for name, (before, after) in PAIRS.items():
        if before in material.readings and after in material.readings:
            pair = Comparison.of(material.readings[before], material.readings[after])
            rows.append((words.say(name), *_verdict(pair, words)))
    return rows


def _verdict(pair: Comparison, words: Words) -> tuple[str, str]:
    if pair.better + pair.worse == 0:
        return words.say("paired_same"), ""
    told = words.say("paired_only", better=pair.better, worse=pair.worse)
    p = "<\N{NO-BREAK SPACE}0.001" if pair.p < 0.001 else f"=\N{NO-BREAK SPACE}{pair.p:.3f}"
    return told, words.say("paired_more" if pair.more_than_chance else "paired_chance", p=p)


def by_source(material: Material, words: Words) -> list[tuple[str, ...]]:
    """Returns how baseline and winner read each held-out source, if there is more than one."""
    counts = {
        network: readings.by_source
        for network, readings in material.readings.items()
        if network[0] in ("baseline", "winner")
    }
    names = sorted({name for each in counts.values() for name in each})
    return [
        (
            words.value(name),
            words.say(config),
            words.say(part),
            *_right_of(*counts[config, part][name]),
        )
        for name in names
        for config, part in counts
        if len(names) > 1
    ]


def _right_of(correct: int, count: int) -> tuple[str, str, str]:
    """Returns how many are read right, in percent, and the interval."""
    low, high = wilson_interval(correct, count)
    interval = f"{100 * low:.1f}–{100 * high:.1f}"
    return f"{correct:,}/{count:,}", f"{100 * correct / count:.2f}", interval
