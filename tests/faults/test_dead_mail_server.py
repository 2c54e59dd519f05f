"""A change stands without its mail, and the mail goes out once the mail server is back."""

import asyncio
from typing import Any

from tests.faults.people import Person
from tests.integrations.mail_server import MailServer, serving


def deliveries(person: Person, to: str) -> list[Any]:
    return [each for each in person.get("/deliveries") if each["recipient"] == to]


async def until_delivery(person: Person, to: str, state: str, error: str = "") -> Any:
    async with asyncio.timeout(60):
        while True:
            for each in await asyncio.to_thread(deliveries, person, to):
                if each["state"] == state and error in each["last_error"]:
                    return each
            await asyncio.sleep(0.05)


async def test_an_invitation_stands_and_is_mailed_once_the_mail_server_is_back(
    ada: Person, mail_port: int
) -> None:
    to = "new@bank.example"
    invitation = ada.post("/invitations", {"email": to, "role": "MEMBER"})
    waiting = await until_delivery(ada, to, "QUEUED", "could not be used")
    assert invitation["id"] in [each["id"] for each in ada.get("/invitations")]
    async with serving(MailServer(), port=mail_port) as server:
        await asyncio.to_thread(ada.post, f"/deliveries/{waiting['id']}/retries")
        sent = await until_delivery(ada, to, "SENT")
        assert (sent["id"], sent["message_id"]) == (waiting["id"], waiting["message_id"])
        letters = [each for each in server.letters if each["To"] == to]
        assert [each["Message-ID"] for each in letters] == [waiting["message_id"]]
        plain = letters[0].get_body(("plain",))
        assert plain is not None
        assert f"{ada.url}/invite/" in plain.get_content()
    assert len(deliveries(ada, to)) == 1
    again = ada.api.post(f"/deliveries/{waiting['id']}/retries")
    assert (again.status_code, again.json()["error"]["obstacles"][0]["code"]) == (409, "delivery.sent")
