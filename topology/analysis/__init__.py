"""What the shape of the service graph says: who depends on whom."""
