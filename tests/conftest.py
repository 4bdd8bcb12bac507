"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.sound_server import SoundServer, missing_tools

# The same examples every time, however slow the machine; --hypothesis-profile=long
# looks for new ones.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("long", max_examples=20_000, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    """A microphone and a speaker, for this process and for those that it starts."""
    if missing := missing_tools():
        pytest.fail(f"{', '.join(missing)} not found: run scripts/setup test")
    server = SoundServer(tmp_path_factory.mktemp("sound"))
    with pytest.MonkeyPatch.context() as environment, server.running():
        for name, value in server.variables.items():
            environment.setenv(name, value)
        yield server
