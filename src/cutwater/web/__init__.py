"""The shell: pages, blocks and drawers, forms, flash, navigation, charts and error pages."""

from cutwater.kernel.search import Hit
from cutwater.web.assets import Static
from cutwater.web.charts import chart
from cutwater.web.csrf import check_csrf
from cutwater.web.declared import Command, Declared, HomePanel, Look, Looks, NavItem, SearchSource
from cutwater.web.refusals import crashed_page, refused_page
from cutwater.web.templating import configure, declarations
from cutwater.web.view import PublicView, Refusal, View

__all__ = [
    "Command",
    "Declared",
    "Hit",
    "HomePanel",
    "Look",
    "Looks",
    "NavItem",
    "PublicView",
    "Refusal",
    "SearchSource",
    "Static",
    "View",
    "chart",
    "check_csrf",
    "configure",
    "crashed_page",
    "declarations",
    "refused_page",
]
