"""What the HTML forms of worksheets send."""

from cutwater.kernel.wire import Body, Line


class UploadForm(Body):
    """Beside the file: where the worksheet goes."""

    title: Line = ""
    runbook: Line = ""
    zone: Line = "UTC"
