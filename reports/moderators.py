"""What moderators and leads may do; nearmiss.accounts.roles makes groups of it."""

NAME = "Moderators"
LEADS = "Leads"

# app label, code name
PERMISSIONS = (
    ("reports", "view_report"),
    ("reports", "change_report"),
    ("reports", "review_report"),
    ("reports", "view_lessondraft"),
    ("reports", "add_lessondraft"),
    ("reports", "change_lessondraft"),
    ("reports", "delete_lessondraft"),
    ("reports", "view_decision"),
    ("lessons", "view_term"),
)

LEAD_PERMISSIONS = (
    *PERMISSIONS,
    ("reports", "lead_reports"),
    ("lessons", "add_term"),
    ("lessons", "change_term"),
    ("lessons", "view_story"),
    ("lessons", "view_lesson"),
    ("lessons", "view_correction"),
)
