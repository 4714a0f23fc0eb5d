"""KPIAlign: the project's wiring, its arithmetic, and the exchange of whole cascades."""

__version__ = "0.1.0"
