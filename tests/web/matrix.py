"""What the shell's routes need, typed by hand.

The words are explained in `tests/test_authorization_matrix.py`.
"""

ROUTES = {
    "GET /health/live": "PUBLIC",
    "GET /health/ready": "PUBLIC",
    "GET /health": "PUBLIC",
    "GET /metrics": "PUBLIC",
    "GET /design": "PUBLIC",
    "POST /preferences": "PUBLIC",
    "GET /api/docs": "PUBLIC",
    "GET /o/{organization}/": "MEMBER",
    "GET /o/{organization}/search": "MEMBER",
    "GET /api/v1/search": "MEMBER",
}
