"""How long a service that says nothing may hold the product up."""

from typing import Any

DATABASE: dict[str, Any] = {
    "connect_timeout": 3,
    # A server that is gone without a word is noticed within seconds.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}
CACHE: dict[str, Any] = {"socket_timeout": 2, "socket_connect_timeout": 1.5}
BROKER: dict[str, Any] = {
    # Tasks of a killed worker come back after this; the tick has healed most by then.
    "visibility_timeout": 120,
    # A Redis that swallows everything may hold a page up three times this; the tick heals.
    "socket_timeout": 1.5,  # longer than the worker's wait for a message, 1 s
    "socket_connect_timeout": 1.5,
    "health_check_interval": 25,
}
MAIL = 10  # seconds
