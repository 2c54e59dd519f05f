"""Every verb of releases, each in four beats: fetch and lock, decide, change, record."""

from cutwater.releases.service.approvals import decide_approval, name_approver, remove_approver
from cutwater.releases.service.catalogue import (
    create_environment,
    create_service,
    delete_environment,
    delete_service,
    edit_environment,
    edit_service,
)
from cutwater.releases.service.comments import add_comment, delete_comment, edit_comment
from cutwater.releases.service.dependencies import add_dependency, remove_dependency
from cutwater.releases.service.items import add_item, change_item, refresh_items, remove_item
from cutwater.releases.service.moving import deploy_from_step, move_release
from cutwater.releases.service.releases import (
    block_release,
    create_release,
    delete_release,
    edit_release,
    unblock_release,
)
from cutwater.releases.service.rules import create_freeze, delete_freeze, edit_freeze, switch_requirement

__all__ = [
    "add_comment",
    "add_dependency",
    "add_item",
    "block_release",
    "change_item",
    "create_environment",
    "create_freeze",
    "create_release",
    "create_service",
    "decide_approval",
    "delete_comment",
    "delete_environment",
    "delete_freeze",
    "delete_release",
    "delete_service",
    "deploy_from_step",
    "edit_comment",
    "edit_environment",
    "edit_freeze",
    "edit_release",
    "edit_service",
    "move_release",
    "name_approver",
    "refresh_items",
    "remove_approver",
    "remove_dependency",
    "remove_item",
    "switch_requirement",
    "unblock_release",
]
