"""What is shown of a sweep fits the terminal, and no word or figure of it is cut."""

import re
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from results.store.evaluation import read_evaluation, write_evaluation
from results.store.finalist_records import finalists_table as finalists_of
from results.store.finalist_records import write_finalists
from results.store.folder import SweepFolder
from results.store.search.trial_records import TrialRecord, best_first, read_records
from results.terminal.ending import ending
from results.terminal.leaderboard import leaderboard
from results.terminal.summary import briefs
from results.terminal.sweeps_table import sweeps_table
from results.terminal.tables import sweep_tables
from tests.results.made_sweep import made_sweep

WIDTHS = (40, 80, 120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> SweepFolder:
    """A judged sweep of which a finalist was dropped."""
    folder = made_sweep(tmp_path_factory.mktemp("runs") / "made", complete=5, pruned=2, failed=1)
    best = best_first(read_records(folder.trials_csv))[:3]
    found = {each.trial: each.validation_loss or 0.0 for each in best}
    nan = float("nan")
    second = dict(zip(found, ([0.2, 0.3], [0.3, 0.4], [0.5, nan]), strict=True))
    write_finalists(folder.finalists_csv, finalists_of(found, second, [best[2].trial]))
    return folder


def drawn(width: int, *parts: RenderableType) -> list[str]:
    console = Console(width=width, no_color=True)
    with console.capture() as capture:
        for part in parts:
            console.print(part, highlight=False)
    return capture.get().splitlines()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_longer_than_the_terminal_and_nothing_is_cut(
    folder: SweepFolder, width: int
) -> None:
    parts = [part for part in sweep_tables(folder) if not isinstance(part, str)]  # its path
    parts.append(sweeps_table(briefs([folder])))
    lines = drawn(width, *parts)
    assert max(map(len, lines)) <= width
    told = "\n".join(lines)
    assert "…" not in told
    whole = {word for line in drawn(300, *parts) for word in line.split()}
    assert {word for word in told.split() if re.search(r"\d", word)} <= whole


@pytest.mark.parametrize("width", WIDTHS)
def test_figures_stand_in_one_piece(folder: SweepFolder, width: int) -> None:
    told = "\n".join(line.rstrip() for line in drawn(width, *sweep_tables(folder)))
    for record in best_first(read_records(folder.trials_csv)):
        assert f"{record.validation_loss:.4f} ±0.0500" in told
    assert not re.search(r"\n *%", told)
    evaluation = read_evaluation(folder.evaluation_json)
    assert evaluation
    for row in evaluation["rows"]:
        assert f"{row['correct']}/{row['count']}" in told


def test_a_dropped_finalist_is_said_to_be(folder: SweepFolder) -> None:
    assert "dropped after 1 of 2 folds" in "\n".join(drawn(80, *sweep_tables(folder)))
    assert "dropped after 1 of 2" in " ".join(" ".join(drawn(40, *sweep_tables(folder))).split())


def test_the_leaderboard_shows_what_varies_and_says_what_it_leaves_out() -> None:
    parameters = {"channels_1": 16, "channels_2": 40, "learning_rate": 0.01, "momentum": 0.5}
    record = TrialRecord(
        0, "complete", "baseline", 0.05, 0.01, parameters=parameters, accuracies={"mnist": 0.97}
    )
    wide, narrow = ("\n".join(drawn(width, leaderboard([record]))) for width in (80, 40))
    assert "*0  0.0500 ±0.0100         16 40           0.01       0.5  97.0 %" in wide
    assert "Left out" not in wide
    assert "channels_1-2" in narrow
    assert re.search(r"room:\slearning_rate, momentum, mnist; see\strials.csv", narrow)
    by_importance = leaderboard([record], importance={"learning_rate": 0.9})
    assert "learning_rate" in drawn(40, by_importance)[2]


def lines_of_ending(folder: SweepFolder, width: int = 80) -> list[str]:
    return [line for text in ending(folder, 75, width) for line in text.plain.splitlines()]


def test_a_sweep_ends_in_ten_lines(folder: SweepFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.path.parent.parent)
    lines = lines_of_ending(folder)
    assert len(lines) <= 10
    assert max(map(len, lines)) <= 80
    told = "\n".join(lines)
    assert re.search(
        r"^reads     \d+\.\d\d % \([\d.]+-[\d.]+\), [\d,]+ of 1,040 held-out", told, re.M
    )
    assert re.search(
        r"^baseline  \d+\.\d\d % \([\d.]+-[\d.]+\), [\d,]+ of 1,040; the student", told, re.M
    )
    assert "520 drawn by shuzi" in told
    assert "took      1 min 15 s" in told
    assert f"{folder.path.parent.name}/made/report.html" not in told, "there is no report"


def test_commands_are_quoted_and_name_the_folder_of_sweeps(
    folder: SweepFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaced = tmp_path / "my runs" / "made"
    spaced.parent.mkdir()
    spaced.symlink_to(folder.path)
    monkeypatch.chdir(tmp_path)
    told = lines_of_ending(SweepFolder(spaced))
    assert "next      shuzi show made --out 'my runs'" in told
    narrow = lines_of_ending(SweepFolder(spaced), 40)
    assert "          shuzi predict made \\" in narrow
    default = tmp_path / "runs"
    spaced.parent.rename(default)
    assert "next      shuzi show made" in lines_of_ending(SweepFolder(default / "made"))


def test_without_a_winner_the_causes_are_counted_and_what_to_do_is_said(tmp_path: Path) -> None:
    folder = made_sweep(tmp_path / "lost", complete=0, failed=3)
    for told in ("\n".join(drawn(80, *sweep_tables(folder))), "\n".join(lines_of_ending(folder))):
        assert "No trial of lost is complete, so there is no winner:" in told
        assert "3  its loss is nan" in told
        assert "Lower the learning rate" in told


def test_digits_of_people_are_not_called_drawn(folder: SweepFolder, tmp_path: Path) -> None:
    evaluation = read_evaluation(folder.evaluation_json)
    assert evaluation
    real = made_sweep(tmp_path / "real")
    evaluation["held_out"]["sources"] = {"chen": 1040}
    write_evaluation(real.evaluation_json, evaluation)
    told = "\n".join(lines_of_ending(real))
    assert "digits    1,040 held out, all of chen\n" in told
    assert "drawn by shuzi" not in told
