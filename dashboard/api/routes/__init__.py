"""The routes of the API: one module per family of questions."""
