"""Harbour Bank: a fictional bank that moves its core to a new platform. Content only; `build.py` makes it."""

from cutwater.kernel.frozen import frozen

ORGANIZATION = "Harbour Bank"
SLUG = "harbour"
ZONE = "Europe/Zurich"
PASSWORD = "harbour-demo"  # noqa: S105 — printed at every start of the demo, which holds nothing real
DOMAIN = "harbour.example"

TEAMS = (
    ("backend", "Backend", "discipline"),
    ("frontend", "Frontend", "discipline"),
    ("data", "Data", "discipline"),
    ("quality", "Quality", "discipline"),
    ("design", "Design", "discipline"),
    ("platform", "Platform", "discipline"),
    ("database", "Database operations", "operations"),
    ("network", "Network operations", "operations"),
    ("business", "Business desk", "operations"),
)
DISCIPLINES = tuple(name for _, name, kind in TEAMS if kind == "discipline")


@frozen
class Person:
    """One of the forty; `team` is a slug, `role` an organization role."""

    name: str
    team: str
    role: str = "MEMBER"
    lead: bool = False

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@{DOMAIN}"


def _people() -> tuple[Person, ...]:
    named = {
        "business": "Olga Owens|Adrian Kessler|Mina Farouk|Tomas Lindqvist",
        "backend": "Priya Raman|Jonas Weber|Chiara Galli|Diego Fuentes|Hanna Virtanen|Samuel Okoro|Lea Roth",
        "frontend": "Yuki Tanaka|Maja Novak|Rafael Costa|Emma Dubois|Nikhil Shah",
        "data": "Ingrid Solberg|Farid Haddad|Wei Zhang|Pauline Mercier",
        "quality": "Anselm Vogt|Grace Mbeki|Ivana Petrova|Liam Byrne|Noor Aziz",
        "design": "Sofia Marino|Kaspar Frey|Amara Diallo",
        "platform": "Viktor Hansen|Zoe Papadakis|Mateusz Zielinski|Rana Saleh|Oscar Nyberg",
        "database": "Bruno Keller|Elif Demir|Stefan Ionescu",
        "network": "Carla Jimenez|Henrik Dahl|Tariq Mansour",
        "audit": "Vera Auditor",
    }
    managers = {"Priya Raman", "Anselm Vogt", "Viktor Hansen", "Bruno Keller", "Mina Farouk"}
    roles = {"Olga Owens": "OWNER", "Adrian Kessler": "ADMIN", "Vera Auditor": "VIEWER"}
    roles |= dict.fromkeys(managers, "MANAGER")
    return tuple(
        Person(
            name=name, team="" if team == "audit" else team, role=roles.get(name, "MEMBER"), lead=place == 0
        )
        for team, names in named.items()
        for place, name in enumerate(names.split("|"))
    )


PEOPLE = _people()
OWNER = PEOPLE[0]
PILOT = next(person for person in PEOPLE if person.name == "Priya Raman")

# slug, name, owning team, repository
SERVICES = (
    ("payments-core", "Payments core", "backend", "harbour/payments-core"),
    ("ledger", "Ledger", "backend", "harbour/ledger"),
    ("cards", "Cards", "backend", "harbour/cards"),
    ("mobile-app", "Mobile app", "frontend", "harbour/mobile-app"),
    ("web-banking", "Web banking", "frontend", "harbour/web-banking"),
    ("customer-id", "Customer identity", "platform", "harbour/customer-id"),
    ("fraud-watch", "Fraud watch", "data", "harbour/fraud-watch"),
    ("statements", "Statements", "data", "harbour/statements"),
    ("data-hub", "Data hub", "data", "harbour/data-hub"),
)

# name, state, first day relative to today, length in days
SPRINTS = (
    ("Harbour 21", "closed", -45, 14),
    ("Harbour 22", "closed", -31, 14),
    ("Harbour 23", "active", -10, 14),
    ("Harbour 24", "future", 4, 14),
)
WORK = {
    "Backend": (
        "Post {0} entries to the new ledger",
        "Expose {0} through the gateway",
        "Retry failed {0} messages",
    ),
    "Frontend": (
        "Show {0} on the overview",
        "Make the {0} form usable by keyboard",
        "Explain refused {0} to customers",
    ),
    "Data": (
        "Reconcile {0} between old and new core",
        "Load the history of {0}",
        "Report {0} to the regulator",
    ),
    "Quality": (
        "Automate the {0} regression pack",
        "Prove {0} under month-end load",
        "Verify {0} after the rehearsal",
    ),
    "Design": ("Redraw the {0} journey", "Test the {0} wording with customers"),
    "Platform": ("Scale the {0} workers", "Rotate the keys of {0}", "Watch {0} from the control room"),
}
OBJECTS = (
    "standing orders",
    "direct debits",
    "card limits",
    "instant payments",
    "account closures",
    "loan schedules",
    "foreign transfers",
    "savings plans",
    "fee notices",
    "tax statements",
    "dormant accounts",
    "joint accounts",
    "merchant refunds",
    "cash deposits",
)

# title, service slug, priority, hotfix, status to reach
RELEASES = (
    ("Ledger posts both cores", "ledger", "CRITICAL", False, "DEPLOYED"),
    ("Statements from the data hub", "statements", "MEDIUM", False, "DEPLOYED"),
    ("Card limits in the app", "cards", "HIGH", False, "DEPLOYED"),
    ("Identity check by video", "customer-id", "MEDIUM", False, "ROLLED_BACK"),
    ("Payments core 4.0", "payments-core", "CRITICAL", False, "READY_PRODUCTION"),
    ("Ledger cutover switch", "ledger", "CRITICAL", False, "READY_PRODUCTION"),
    ("Fraud rules for instant payments", "fraud-watch", "HIGH", False, "STAGING_VERIFIED"),
    ("Web banking on the new core", "web-banking", "HIGH", False, "STAGING_VERIFIED"),
    ("Mobile app on the new core", "mobile-app", "HIGH", False, "IN_STAGING"),
    ("Cards on the new core", "cards", "HIGH", False, "READY_STAGING"),
    ("Regulatory reports, first set", "data-hub", "MEDIUM", False, "IN_REVIEW"),
    ("Refused payment messages", "payments-core", "HIGH", True, "IN_REVIEW"),
    ("Savings plans in web banking", "web-banking", "LOW", False, "IN_DEVELOPMENT"),
    ("Joint accounts in the app", "mobile-app", "MEDIUM", False, "IN_DEVELOPMENT"),
    ("Statement archive search", "statements", "LOW", False, "PLANNING"),
    ("Paper form for account closures", "customer-id", "LOW", False, "CANCELLED"),
)
# blocker index, blocked index
BLOCKS = ((0, 4), (4, 7), (4, 8), (5, 9), (6, 11))

# phases of the cutover: title, owning team, type, steps
PHASES = (
    ("Preparation", "Announce and freeze", "business", "PRE", 14),
    ("Preparation", "Close the day on the old core", "backend", "TRT", 18),
    ("Data", "Dump the old core", "database", "DUM", 20),
    ("Data", "Load the new core", "database", "DUM", 26),
    ("Data", "Reconcile balances", "data", "CHK", 22),
    ("Switch", "Network and gateways", "network", "SYS", 18),
    ("Switch", "Start the new core", "platform", "SYS", 20),
    ("Validation", "Technical checks", "quality", "CHK", 20),
    ("Validation", "Business checks", "business", "BUS", 14),
    ("Opening", "Decide and open", "business", "GON", 8),
)
