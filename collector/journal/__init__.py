"""Keeps acknowledged requests on disk until the engine has them."""
