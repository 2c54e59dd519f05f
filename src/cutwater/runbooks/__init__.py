"""Cutover runbooks: templates, runs, and the night itself. See README.md."""

from cutwater.runbooks.service.assignment import link_release
from cutwater.runbooks.service.imports import Worksheet, import_worksheet
from cutwater.runbooks.service.migrations import IterationPlan, create_iteration, create_migration
from cutwater.runbooks.service.runs import move_run
from cutwater.runbooks.service.sheets import live_frame
from cutwater.runbooks.service.steps import Moving, move_step, tick_instruction
from cutwater.runbooks.service.templates import publish_version

__all__ = [
    "IterationPlan",
    "Moving",
    "Worksheet",
    "create_iteration",
    "create_migration",
    "import_worksheet",
    "link_release",
    "live_frame",
    "move_run",
    "move_step",
    "publish_version",
    "tick_instruction",
]
