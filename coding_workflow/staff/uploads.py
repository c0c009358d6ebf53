"""A bound on what a request may upload, kept while it comes in: nothing larger reaches the disk."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

_MARK = "coding_workflow.upload_too_large"


class BoundedUploads(FileUploadHandler):
    """Stops reading a request whose files together pass ``UPLOAD_MAX_BYTES``; the view then finds no file and can say why."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._left = settings.UPLOAD_MAX_BYTES

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count what comes in and pass it on."""
        self._left -= len(raw_data)
        if self._left < 0:
            if self.request is not None:
                self.request.META[_MARK] = True
            raise StopUpload
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """The handlers below make the file."""
        return None


def was_too_large(request: HttpRequest) -> bool:
    """Whether the request's files were let go because they were larger than allowed."""
    return bool(request.META.get(_MARK))


def largest_upload() -> str:
    """The bound in words: ``128 MB``."""
    megabytes: Any = settings.UPLOAD_MAX_BYTES // 1024 // 1024
    return f"{megabytes} MB"
