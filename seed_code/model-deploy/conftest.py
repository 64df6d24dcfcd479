"""Lets the tests import the code from wherever pytest is started."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE / "notebooks")]
