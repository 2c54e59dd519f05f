"""What the forms of getting in send."""

from typing import Annotated

from pydantic import Field

from cutwater.identity.accounts.schemas import Address, Secret, Short, Zone
from cutwater.kernel.wire import Body, Line, Revision


class SignUpForm(Body):
    """A new account."""

    name: Short
    email: Address
    password: Secret
    next: Line = ""


class SignInForm(Body):
    """Name and password, and where to go then."""

    login: Annotated[Line, Field(min_length=1)]
    password: Secret
    next: Line = ""


class ForgotForm(Body):
    """Whom to mail a link."""

    email: Address


class ResetForm(Body):
    """The new password."""

    password: Secret


class ProfileForm(Body):
    """What one says of oneself."""

    name: Short
    username: Annotated[Line, Field(max_length=40)]
    zone: Zone
    revision: Revision | None = None


class PasswordForm(Body):
    """The old and the new password."""

    current_password: Secret
    new_password: Secret
