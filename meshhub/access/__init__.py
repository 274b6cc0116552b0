"""Who may come in over the web: tokens, logins, sessions, roles, tenants, and what is written down of it."""
