"""The web server: API, pages, health and metrics under one root, with the rules that hold for all of them."""
