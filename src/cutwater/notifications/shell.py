"""What notifications give to the shell: how mails and background jobs look."""

from cutwater.notifications.mail.models import DeliveryState
from cutwater.notifications.work.models import WorkState
from cutwater.web import Look

LOOKS = {
    "work": {
        WorkState.RUNNING: Look(word="Running", icon="loader-circle", tone="info"),
        WorkState.DONE: Look(word="Done", icon="circle-check", tone="good"),
        WorkState.FAILED: Look(word="Failed", icon="circle-x", tone="bad"),
    },
    "delivery": {
        DeliveryState.QUEUED: Look(word="Queued", icon="circle-dashed"),
        DeliveryState.SENT: Look(word="Sent", icon="circle-check", tone="good"),
        DeliveryState.FAILED: Look(word="Failed", icon="circle-x", tone="bad"),
        DeliveryState.KEPT: Look(word="Kept", icon="mailbox"),
    },
}
