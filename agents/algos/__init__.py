"""Parent algorithms: they cut an order into slices over time; the router's strategies work each slice."""
