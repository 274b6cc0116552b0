"""The errors of the API, as its description shows them. What turns errors into them is meshhub.web.problems."""

from typing import Annotated, Any

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

MEDIA_TYPE = "application/problem+json"


class Problem(TypedDict):
    """What went wrong (RFC 9457)."""

    type: Annotated[str, Field(description="Always about:blank: the status says what kind of problem it is.")]
    title: Annotated[str, Field(description="The status in words.", examples=["Not Found"])]
    status: Annotated[int, Field(description="The HTTP status.", examples=[404])]
    detail: Annotated[str, Field(description="What could not be done, why, and what to do.")]


Responses = dict[int | str, dict[str, Any]]


def problem_responses(**descriptions: str) -> Responses:
    """The description of answers by status, given as status_404="when it is sent"."""
    schema = TypeAdapter(Problem).json_schema()
    return {
        int(status.removeprefix("status_")): {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": schema}},
        }
        for status, description in descriptions.items()
    }
