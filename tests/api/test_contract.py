"""Ask the API what its own description allows and forbids, as three people, by schemathesis."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.config import SchemathesisConfig

from tests.api.asking import Program, program_of
from tests.api.description import document

SCOPES = {"department_head": "OPS"}
settings = hypothesis.settings(
    suppress_health_check=list(hypothesis.HealthCheck), deadline=None, database=None
)


def described(*, examples: int, corners: bool) -> Any:  # noqa: ANN401, a schema of schemathesis
    """Load the description; its corners are every bound of every parameter and field."""
    chosen = {
        "seed": 7,
        "generation": {"max-examples": examples},
        "phases": {"coverage": {"enabled": corners}},
    }
    schema = schemathesis.openapi.from_dict(document(), config=SchemathesisConfig.from_dict(chosen))
    schema.app = get_wsgi_application()
    return schema


some = described(examples=6, corners=False)
every = described(examples=1, corners=True)


@pytest.fixture(autouse=True)
def connection_kept() -> Iterator[None]:
    """Let the end of a request leave the transaction of the test alone, as Django's client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(params=["finance_admin", "department_head", "viewer"])
def program(request: pytest.FixtureRequest) -> Program:
    return program_of(request.param, department=SCOPES.get(request.param, ""))


@pytest.fixture
def admin() -> Program:
    return program_of("finance_admin")


@some.parametrize()  # type: ignore[untyped-decorator]  # of schemathesis
@settings
def test_every_answer_is_as_the_description_says(
    case: schemathesis.Case[Any], program: Program
) -> None:
    case.call_and_validate(headers={"Authorization": program.token})


@pytest.mark.services
def test_what_was_made_is_read_changed_archived_and_taken_away(admin: Program) -> None:
    shown = {"Authorization": admin.token}
    machine: Any = every.as_state_machine()

    class Steps(machine):  # type: ignore[misc]  # of schemathesis
        def get_call_kwargs(self, case: schemathesis.Case[Any]) -> dict[str, Any]:
            return {"headers": shown}

        def validate_response(
            self, response: schemathesis.Response, case: schemathesis.Case[Any], **_: object
        ) -> None:
            case.validate_response(response, headers=shown, recorder=self.recorder)

    few = hypothesis.settings(settings, max_examples=10, stateful_step_count=6)
    run_state_machine_as_test(Steps, settings=few)


@pytest.mark.services
@every.parametrize()  # type: ignore[untyped-decorator]  # of schemathesis
@settings
def test_every_bound_of_the_description_is_kept(
    case: schemathesis.Case[Any], admin: Program
) -> None:
    case.call_and_validate(headers={"Authorization": admin.token})
