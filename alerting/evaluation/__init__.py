"""How the promises are kept: counts per step, evaluated again and again."""
