"""How receivers are told: one module per kind of channel, each making messages of a notification, and the sending."""
