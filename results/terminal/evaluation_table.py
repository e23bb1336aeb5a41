"""The winner's parameters, and how each network reads the held-out digits."""

from results.numbers import in_three_digits
from results.store.evaluation import Calibration, Evaluation
from results.terminal.fitted_table import Column, FittedTable
from results.terminal.held_out import digits_named

SYNTHETIC = "Digits drawn by shuzi cannot tell how well a network reads people's digits."


def winner_table(evaluation: Evaluation) -> FittedTable:
    """Returns the winner's parameters beside the baseline's, where they differ."""
    chosen = {row["config"]: row["configuration"] for row in evaluation["rows"]}
    winner, baseline = chosen["winner"], chosen["baseline"]
    names = [name for name, value in baseline.items() if winner[name] != value]
    columns = [
        Column("parameter", names, is_number=False),
        Column("winner", [in_three_digits(winner[name]) for name in names]),
        Column("baseline", [in_three_digits(baseline[name]) for name in names]),
    ]
    return FittedTable("Winner, where it differs from the baseline", columns)


def evaluation_table(evaluation: Evaluation) -> FittedTable:
    """Returns how each network reads the held-out digits."""
    rows, held_out = evaluation["rows"], evaluation["held_out"]
    mnist = [row["mnist_test_accuracy"] for row in rows]
    intervals = [row["ci95"] for row in rows]
    columns = [
        Column("network", [row["config"] for row in rows], is_number=False),
        Column("trained on", [row["trained_on"] for row in rows], is_number=False),
        Column("right", [f"{row['correct']}/{row['count']}" for row in rows]),
        Column("in %", [f"{100 * row['accuracy']:.2f}" for row in rows]),
        Column("95 %", [f"{100 * low:.1f}-{100 * high:.1f}" for low, high in intervals]),
        Column("MNIST", [_percent(part) for part in mnist], may_go=True),
        Column("weights", [f"{row['weights']:,}" for row in rows], may_go=True),
    ]
    notes = [
        "95 %: the interval of that accuracy (Wilson). MNIST: in %, of "
        f"{evaluation['mnist_test']['count']:,} test digits.",
        *([SYNTHETIC] if "synthetic" in held_out["sources"] else []),
        *([_calibration(evaluation["calibration"])] if "calibration" in evaluation else []),
    ]
    title = f"How each network reads {digits_named(held_out, 'held-out digits')}"
    return FittedTable(title, columns, notes, "winner/evaluation.json")


def _percent(part: float | None) -> str:
    return "" if part is None else f"{100 * part:.2f}"


def _calibration(calibration: Calibration) -> str:
    """Says what the winner's confidence is divided by, and what that brings."""
    return (
        f"Expected calibration error of the winner: {calibration['ece_before']:.3f}; at its "
        f"temperature of {calibration['temperature']:.2f}, fitted on "
        f"{calibration['fitted_on']:,} digits of the pool, {calibration['ece_after']:.3f}."
    )
