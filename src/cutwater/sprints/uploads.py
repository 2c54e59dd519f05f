"""Uploaded files, bounded."""

from starlette.datastructures import UploadFile

from cutwater.kernel.errors import TooLarge
from cutwater.sprints.records import SourceFile


async def bounded(upload: UploadFile, limit: int) -> SourceFile:
    """One uploaded file, read whole; refused when it is larger than `limit` bytes."""
    content = await upload.read(limit + 1)
    if len(content) > limit:
        raise TooLarge(f"{upload.filename} is larger than {limit // 1_048_576} MB. Nothing was kept.")
    name = (upload.filename or "file").replace("\x00", "")[-200:]
    return SourceFile(name=name, content=content)
