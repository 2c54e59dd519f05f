"""What forms offer to choose from."""

from zoneinfo import ZoneInfo

from cutwater.identity.core.accounts import ZONES
from cutwater.kernel import clock


def zone_options() -> list[tuple[str, str]]:
    """Time zones to choose from, with what they are ahead of UTC now."""
    areas = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    names = sorted(zone for zone in ZONES if zone.split("/")[0] in areas and "/" in zone)
    now = clock.now()
    return [("UTC", "UTC")] + [
        (name, f"{name.replace('_', ' ')} ({now.astimezone(ZoneInfo(name)).strftime('%z')})")
        for name in names
    ]
