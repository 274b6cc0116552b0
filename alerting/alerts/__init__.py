"""What an alert is, and how it lives: from the first sign to the end."""
