"""What is done in each phase of the bank's cutover: the stages that three streams go through side by side."""

STAGES = {
    "Announce and freeze": (
        (
            "Announce the window to {}",
            "Open the bridge line for {}",
            "Confirm the standby of {}",
            "Hand the contact list to {}",
            "Freeze changes for {}",
        ),
        ("branches", "the call centre", "partner banks"),
    ),
    "Close the day on the old core": (
        (
            "Stop the inbound queue of {}",
            "Run the last batch of {}",
            "Post interest and fees of {}",
            "Close the books of {}",
            "Print the closing totals of {}",
            "Archive the journal of {}",
        ),
        ("payments", "accounts", "cards"),
    ),
    "Dump the old core": (
        (
            "Set {} read-only",
            "Export {}",
            "Compress the export of {}",
            "Checksum the export of {}",
            "Copy {} to the new site",
            "Verify the copy of {}",
            "Release the staging space of {}",
        ),
        ("customers", "accounts", "contracts"),
    ),
    "Load the new core": (
        (
            "Create the partitions of {}",
            "Load {}",
            "Convert the currencies of {}",
            "Map the product codes of {}",
            "Load the history of {}",
            "Rebuild the indexes of {}",
            "Enable the constraints of {}",
            "Refresh the statistics of {}",
            "Back up {} on the new core",
        ),
        ("customers", "accounts", "contracts"),
    ),
    "Reconcile balances": (
        (
            "Count the rows of {}",
            "Compare the totals of {}",
            "Compare the interest of {}",
            "Sample the records of {}",
            "Explain the differences of {}",
            "Correct the differences of {}",
            "Compare {} once more",
            "Sign the reconciliation of {}",
        ),
        ("current accounts", "savings", "loans"),
    ),
    "Network and gateways": (
        (
            "Shorten the DNS lifetime of {}",
            "Drain the connections of {}",
            "Install the certificates of {}",
            "Open the firewall for {}",
            "Switch the route of {}",
            "Trace a call through {}",
        ),
        ("online banking", "card acquiring", "the interbank gateway"),
    ),
    "Start the new core": (
        (
            "Start the nodes of {}",
            "Load the parameters of {}",
            "Warm the caches of {}",
            "Attach the queues of {}",
            "Watch the first minutes of {}",
            "Release the throttle of {}",
        ),
        ("the ledger", "payments core", "the batch scheduler"),
    ),
    "Technical checks": (
        (
            "Sign in through {}",
            "Read a balance through {}",
            "Make a transfer through {}",
            "Refuse a wrong code through {}",
            "Measure the response of {}",
            "Read the logs of {}",
            "Sign the checks of {}",
        ),
        ("the mobile app", "web banking", "a cash machine"),
    ),
    "Business checks": (
        (
            "Post a test deal with {}",
            "Review the reports with {}",
            "Check a statement with {}",
            "Settle open points with {}",
            "Accept the figures with {}",
        ),
        ("the Zurich branch", "the call centre", "treasury"),
    ),
    "Decide and open": (
        ("Collect the findings of {}", "Decide with {}", "Confirm the decision to {}"),
        ("IT", "the business", "the regulator desk"),
    ),
}

# by step type
INSTRUCTIONS = {
    "PRE": ("Read the text of the announcement aloud on the bridge", "Note who confirmed, and when"),
    "TRT": ("Check that nobody is signed in to the old core", "Run the job", "Note the totals in the ticket"),
    "DUM": (
        "Check the free space on both sides",
        "Run the job and read its log to the end",
        "Note the row counts",
    ),
    "CHK": ("Take the figures from both cores", "Compare them within the tolerance", "Attach the comparison"),
    "SYS": ("Tell the bridge before you begin", "Apply the change", "Watch the alarms for five minutes"),
    "BUS": ("Use the test customer, never a real one", "Note what the desk says, word for word"),
    "GON": ("Read out every open point", "Ask each approver by name", "Note the decision and its time"),
}
