from collections.abc import Iterator
from typing import Any

import pytest

from tests.local_server import LocalServer
from tests.pinned import pinned_providers


@pytest.fixture
def server(settings: Any) -> Iterator[LocalServer]:
    with pinned_providers(settings) as running:
        yield running
