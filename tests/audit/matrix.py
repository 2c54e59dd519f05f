"""What the log's routes need, typed by hand.

The words are explained in `tests/test_authorization_matrix.py`.
"""

ROUTES = {
    "GET /o/{organization}/activity": "MEMBER",
    "GET /o/{organization}/live": "MEMBER",
    "GET /o/{organization}/changes": "MEMBER",
    "GET /o/{organization}/audit": "audit:read",
    "GET /o/{organization}/audit/verification": "audit:read",
    "POST /o/{organization}/audit/export": "audit:read",
    "GET /api/v1/live": "MEMBER",
    "GET /api/v1/changes": "MEMBER",
    "GET /api/v1/events": "audit:read",
    "GET /api/v1/audit/status": "audit:read",
    "GET /api/v1/audit/verification": "audit:read",
}
