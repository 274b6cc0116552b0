"""Pure functions from data to figures: the drawn graph and the charts."""
