"""The hub's checks of itself (`meshhub doctor --hub`): facts are gathered, then each check judges them by itself."""
