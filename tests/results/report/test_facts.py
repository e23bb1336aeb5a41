"""What the report says besides its figures."""

from pathlib import Path

from results.report.facts import search_note
from results.report.material import Material
from results.report.words import words_of
from tests.results.made_sweep import EPOCHS, FOLDS, made_sweep


def test_what_a_search_has_spared_counts_no_epoch_of_a_whole_trial_twice(tmp_path: Path) -> None:
    material = Material.of(made_sweep(tmp_path / "small", complete=2, pruned=2))
    complete = FOLDS * EPOCHS
    material.trials["fold_epochs"] = [complete + 1, complete + 1, 1, 1]
    times = 4 * complete / (2 * (complete + 1) + 2)
    assert f"would have been {times:.1f} times as many" in search_note(material, words_of("en"))
