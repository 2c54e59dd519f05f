"""Time zones that people choose from, and the check of one they typed."""

from zoneinfo import ZoneInfo, available_timezones

from cutwater.kernel.errors import Invalid

ZONES = sorted(
    name
    for name in available_timezones()
    if "/" in name and not name.startswith(("Etc/", "SystemV/", "posix", "right"))
)
ZONES.insert(0, "UTC")


def known_zone(name: str) -> str:
    """The zone's name, or Invalid."""
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise Invalid({"zone": "Choose a time zone such as Europe/Zurich."}) from None
