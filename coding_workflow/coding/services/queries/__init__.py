"""Queries to providers: written, sent, reminded of, answered, documented, ended."""

from .answering import answer_by_link, record_answer
from .documenting import document_answer
from .drafting import Wording, draft_query, question_of
from .ending import ask_again, close_without_response, end_for_combining, withdraw_query
from .ladder import climb
from .links import Identified, NewLink, identify, renew_link
from .sending import send_query

__all__ = [
    "Identified",
    "NewLink",
    "Wording",
    "answer_by_link",
    "ask_again",
    "climb",
    "close_without_response",
    "document_answer",
    "draft_query",
    "end_for_combining",
    "identify",
    "question_of",
    "record_answer",
    "renew_link",
    "send_query",
    "withdraw_query",
]
