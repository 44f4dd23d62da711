"""Pre-trade risk: what an order must pass before it leaves; the same checks in a simulation and in a served market."""
