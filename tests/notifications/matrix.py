"""What the inbox, long work and the mail log need, typed by hand.

The words are explained in `tests/test_authorization_matrix.py`.
"""

ROUTES = {
    "GET /mail": "PUBLIC",
    "GET /mail/{mail_id}": "PUBLIC",
    "GET /o/{organization}/inbox": "MEMBER",
    "GET /o/{organization}/inbox/count": "MEMBER",
    "POST /o/{organization}/inbox/read": "MEMBER",
    "POST /o/{organization}/inbox/{item_id}/read": "MEMBER",
    "POST /o/{organization}/inbox/{item_id}/open": "MEMBER",
    "GET /o/{organization}/work": "MEMBER",
    "GET /o/{organization}/work/{work_id}": "MEMBER",
    "GET /o/{organization}/work/{work_id}/status": "MEMBER",
    "GET /o/{organization}/settings/deliveries": "notifications:configure",
    "POST /o/{organization}/settings/deliveries/{delivery_id}/retry": "notifications:configure",
    "GET /o/{organization}/mail": "notifications:configure",
    "GET /o/{organization}/mail/{mail_id}": "notifications:configure",
    "GET /api/v1/inbox": "MEMBER",
    "GET /api/v1/inbox/count": "MEMBER",
    "POST /api/v1/inbox/reads": "MEMBER",
    "PUT /api/v1/inbox/{item_id}/read": "MEMBER",
    "GET /api/v1/work": "MEMBER",
    "GET /api/v1/work/{work_id}": "MEMBER",
    "GET /api/v1/deliveries": "notifications:configure",
    "GET /api/v1/deliveries/{delivery_id}": "notifications:configure",
    "POST /api/v1/deliveries/{delivery_id}/retries": "notifications:configure",
}
