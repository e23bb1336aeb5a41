"""The end of a sweep: the winner, how well it reads, and what you may do next, in ten lines."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from datasets.terminal.wrapping import unbroken, wrapped
from results.commands import command_lines, short_path
from results.durations import duration
from results.errors import unless_damaged
from results.known_trials import known_trials
from results.store.evaluation import BOTH, Evaluation, EvaluationRow, read_evaluation
from results.store.finalist_records import finished_finalists, read_finalists
from results.store.folder import SweepFolder
from results.store.search.trial_records import TrialRecord, best_first
from results.terminal.held_out import digits_named
from results.terminal.no_winner import no_winner_lines
from results.terminal.parameters import in_short

MOST = 4  # groups of parameters that are named
NAME = 10  # columns of a line's name


def ending(folder: SweepFolder, seconds: float, width: int) -> list[Text]:
    """Says in ten lines what a sweep has come to; `shuzi show` has the rest.

    Args:
        folder: The sweep's.
        seconds: That the command took.
        width: Of the terminal. Paths and commands stay in one piece: they may be copied.
    """
    trials = known_trials(folder).records
    evaluation = unless_damaged(read_evaluation, folder.evaluation_json)
    if evaluation is None:
        return [Text(wrapped(line, width)) for line in no_winner_lines(folder, trials)]
    found = {
        "winner": _winner(folder, trials, evaluation),
        **_read(evaluation),
        "digits": _digits(evaluation),
        "took": _cost(trials, seconds),
    }
    lines = [wrapped(what, width, f"{name:{NAME}}") for name, what in found.items()]
    return [_named(line) for line in [*lines, *_next(folder, width)]]


def _named(line: str) -> Text:
    """Returns a line whose name stands out."""
    text = Text(line)
    text.stylize("cyan", 0, NAME)
    return text


def _winner(folder: SweepFolder, trials: Sequence[TrialRecord], evaluation: Evaluation) -> str:
    winner, row = winning_trial(folder, trials), _row(evaluation, "winner")
    size = f"{row['weights']:,} weights" if row else ""
    if winner is None:
        return size
    named = [unbroken(each) for each in in_short(winner.parameters)]
    more = [f"{len(named) - MOST} more"] if len(named) > MOST else []
    return f"trial {winner.trial}, {size}: {', '.join([*named[:MOST], *more])}"


def _row(evaluation: Evaluation, config: str) -> EvaluationRow | None:
    """Returns the row of a network that is trained on everything."""
    rows = [row for row in evaluation["rows"] if row["trained_on"] == BOTH]
    return next((row for row in rows if row["config"] == config), None)


def _read(evaluation: Evaluation) -> dict[str, str]:
    """Says how winner and baseline read."""
    winner, baseline = _row(evaluation, "winner"), _row(evaluation, "baseline")
    told = {"reads": f"{_right(winner)} held-out digits (95 % interval)"} if winner else {}
    if baseline:
        told["baseline"] = f"{_right(baseline)}; the student's hand-tuned network"
    return told


def _right(row: EvaluationRow) -> str:
    low, high = row["ci95"]
    interval = f"({100 * low:.1f}-{100 * high:.1f})"
    return f"{100 * row['accuracy']:.2f} % {interval}, {row['correct']:,} of {row['count']:,}"


def _digits(evaluation: Evaluation) -> str:
    held_out = evaluation["held_out"]
    drawn = "synthetic" in held_out["sources"]
    return digits_named(held_out) + (": people's digits may read worse" if drawn else "")


def _cost(trials: Sequence[TrialRecord], seconds: float) -> str:
    epochs = sum(each.fold_epochs for each in trials)
    return f"{duration(seconds)}; the search took {epochs:,} fold-epochs"


def _next(folder: SweepFolder, width: int) -> Iterator[str]:
    """Yields where the report is, and commands that may be copied."""
    if folder.report_html.is_file():
        yield from _beside("report", [str(short_path(folder.report_html))], width)
    for name, what, more in (
        ("next", "show", ""),
        ("", "predict", "PHOTOGRAPH.jpg"),
        ("", "serve", ""),
    ):
        yield from _beside(name, command_lines(what, folder, width - NAME, more), width)


def _beside(name: str, lines: Sequence[str], width: int) -> Iterator[str]:
    """Yields lines beside their name, or below it where there is no room for them."""
    if name and max(map(len, lines)) > width - NAME:
        yield name
        yield from lines
    else:
        for place, line in enumerate(lines):
            yield f"{'' if place else name:{NAME}}{line}"


def winning_trial(folder: SweepFolder, trials: Sequence[TrialRecord]) -> TrialRecord | None:
    """Returns the trial that the winner is of, as far as that can be told."""
    finalists = finished_finalists(unless_damaged(read_finalists, folder.finalists_csv))
    best = [finalists[0].trial] if finalists else [each.trial for each in best_first(trials)[:1]]
    return next((each for each in trials if each.trial in best), None)
