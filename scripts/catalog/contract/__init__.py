"""A template's public face, and the smallest honest version between two of them.

The face is what somebody who launched an earlier version relies on: the parameters they filled in,
the outputs they read, the names they know things by, the resources that must not be replaced or
vanish under an update, and how the data in them is kept.

    major  an update or a launch that worked before may fail, or loses something
    minor  more can be asked for, or what is made or read changes without loss
    patch  the same from outside

`tests/cases/contract` holds eighty changes with the verdict each should get, and why.

face         what of a template others see
meaning      values as they come out: written in another way, they are the same
patterns     whether a regular expression takes at least what another takes
parameters, outputs, resources   the differences of two faces, by section
guards, guarding, expiring   data kept for less time or guarded less, where it stands
following    what is replaced because something else is
differences  what a difference is, and the step that several demand
acceptance   differences whose author accepts a smaller step, with a reason
"""

from __future__ import annotations

from catalog.contract.comparing import differences, needed_bump
from catalog.contract.differences import Bump, Change, Difference, Level, Section
from catalog.contract.face import Face, face

__all__ = [
    "Bump",
    "Change",
    "Difference",
    "Face",
    "Level",
    "Section",
    "differences",
    "face",
    "needed_bump",
]
