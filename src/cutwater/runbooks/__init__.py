"""Cutover runbooks: templates, runs, and the night itself. See README.md."""

from cutwater.runbooks.library.service import publish_version
from cutwater.runbooks.runs.service.migrations import create_migration
from cutwater.runbooks.runs.service.runs import RunPlan, create_run, move_run
from cutwater.runbooks.sheet.views.live import live_frame
from cutwater.runbooks.steps.service.assignments import link_release
from cutwater.runbooks.steps.service.instructions import tick_instruction
from cutwater.runbooks.steps.service.moves import Moving, move_step
from cutwater.runbooks.worksheets.service import Worksheet, import_worksheet

__all__ = [
    "Moving",
    "RunPlan",
    "Worksheet",
    "create_migration",
    "create_run",
    "import_worksheet",
    "link_release",
    "live_frame",
    "move_run",
    "move_step",
    "publish_version",
    "tick_instruction",
]
