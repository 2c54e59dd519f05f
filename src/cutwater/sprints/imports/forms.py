"""What the HTML forms of an import send, and the files with them."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from starlette.datastructures import UploadFile

from cutwater.kernel.errors import TooLarge
from cutwater.kernel.wire import Body, Line
from cutwater.sprints.core.records import SourceFile
from cutwater.sprints.mapping.forms import MappingForm


async def bounded(upload: UploadFile, limit: int) -> SourceFile:
    """One uploaded file, read whole; refused when it is larger than `limit` bytes."""
    content = await upload.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(f"{upload.filename} is larger than {limit // 1_048_576} MB. Nothing was kept.")
    name = (upload.filename or "file").replace("\x00", "")[-200:]
    return SourceFile(name=name, content=content)


class ConfirmForm(MappingForm):
    """The confirmed mapping, and where issues that name no sprint go."""

    into_sprint: Annotated[Line, Field(max_length=60)] = ""
    new_sprint: Annotated[Line, Field(max_length=200)] = ""


class UploadForm(Body):
    """Where uploaded files belong; empty means the site of imported files."""

    site: UUID | None = None
