"""What the shell itself puts into the rail."""

from cutwater.web.declared import NavItem

NAV = (NavItem(section="home", label="Home", path="/", icon="house", key="h", place=10),)
