"""Logs that hold no story: of an exception, where it happened and its kind, never its message."""

import logging
import traceback
from types import TracebackType


class PrivateFormatter(logging.Formatter):
    """Format records without times, and exceptions without their messages.

    The message of an exception may quote what it choked on: a database error shows the failing
    row. A time next to an error would be finer than the week that the site promises.
    """

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler may have left the exception there, message and all
        return super().format(record)

    def formatException(
        self,
        ei: (
            tuple[type[BaseException], BaseException, TracebackType | None]
            | tuple[None, None, None]
        ),
    ) -> str:
        if ei[1] is None:
            return ""
        lines = []
        error: BaseException | None = ei[1]
        while error is not None:
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}, message withheld:")
            lines += traceback.format_tb(error.__traceback__)
            error = error.__cause__ or error.__context__
        return "\n".join(line.rstrip("\n") for line in lines)
