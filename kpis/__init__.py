"""What is measured: KPIs, their targets, and the actuals that people report."""
