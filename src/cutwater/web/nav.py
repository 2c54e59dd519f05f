"""What the rail, the palette and the key map offer to an actor."""

from collections.abc import Sequence

from cutwater.kernel.actor import Actor
from cutwater.web.declared import Command, HomePanel, NavItem


def visible_to(actor: Actor | None, entries: Sequence[NavItem]) -> list[NavItem]:
    """The entries this actor may open, in their order."""
    return [each for each in entries if each.grant is None or (actor is not None and actor.may(each.grant))]


def commands_for(actor: Actor | None, entries: Sequence[Command]) -> list[Command]:
    """The commands this actor may give, in their order."""
    return [each for each in entries if each.grant is None or (actor is not None and actor.may(each.grant))]


def panels_for(actor: Actor | None, entries: Sequence[HomePanel]) -> list[HomePanel]:
    """The panels this actor may see, in their order."""
    return [each for each in entries if each.grant is None or (actor is not None and actor.may(each.grant))]


def palette(
    actor: Actor | None, items: Sequence[NavItem], commands: Sequence[Command], base: str
) -> list[dict[str, str]]:
    """What the palette offers before anything is typed: places to go, then things to do."""
    places = [
        {"title": f"Go to {each.label}", "path": base + each.path, "icon": each.icon, "key": f"g {each.key}"}
        for each in visible_to(actor, items)
    ]
    deeds = [
        {"title": each.title, "path": base + each.path, "icon": each.icon, "key": each.key}
        for each in commands_for(actor, commands)
    ]
    return deeds + places
