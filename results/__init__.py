"""What a sweep leaves: its folder, its trials, the winner and how it reads."""

from results.errors import ResultsError
from results.folder import SweepFolder, sweeps_in
from results.json_files import read_json, write_json

__all__ = ["ResultsError", "SweepFolder", "read_json", "sweeps_in", "write_json"]
