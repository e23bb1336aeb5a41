"""The winner's parameters, and how each network reads the held-out digits."""

from rich.table import Table

from datasets.terminal.empty_table import empty_table
from results.numbers import in_three_digits
from results.store.evaluation import Calibration, Evaluation, EvaluationRow


def winner_table(evaluation: Evaluation) -> Table:
    """Returns the winner's parameters beside the baseline's, where they differ."""
    chosen = {row["config"]: row["configuration"] for row in evaluation["rows"]}
    table = empty_table("Winner", "parameter", right=("winner", "baseline"))
    for name, value in chosen["baseline"].items():
        if chosen["winner"][name] != value:
            table.add_row(name, in_three_digits(chosen["winner"][name]), in_three_digits(value))
    return table


def evaluation_table(evaluation: Evaluation) -> Table:
    """Returns how each network reads the held-out digits."""
    held_out = evaluation["held_out"]
    sources = ", ".join(f"{count:,} {name}" for name, count in held_out["sources"].items())
    numbers = ("right", "in %", "95 %", "MNIST", "weights")
    title = f"Read right of the held-out digits ({sources}), and of MNIST's test digits"
    table = empty_table(title, "configuration", "trained on", right=numbers)
    for row in evaluation["rows"]:
        table.add_row(*_evaluation_cells(row))
    if "calibration" in evaluation:
        table.caption = _calibration_line(evaluation["calibration"])
        table.caption_justify = "left"
    return table


def _calibration_line(calibration: Calibration) -> str:
    """Says what the winner's confidence is divided by, and what that brings."""
    return (
        f"Expected calibration error of the winner: {calibration['ece_before']:.3f}; at its "
        f"temperature of {calibration['temperature']:.2f}, fitted on "
        f"{calibration['fitted_on']:,} digits of the pool, {calibration['ece_after']:.3f}."
    )


def _evaluation_cells(row: EvaluationRow) -> list[str]:
    low, high = row["ci95"]
    mnist = row["mnist_test_accuracy"]
    return [
        row["config"],
        row["trained_on"],
        f"{row['correct']}/{row['count']}",
        f"{100 * row['accuracy']:.2f}",
        f"{100 * low:.1f}-{100 * high:.1f}",
        "" if mnist is None else f"{100 * mnist:.2f}",
        f"{row['weights']:,}",
    ]
