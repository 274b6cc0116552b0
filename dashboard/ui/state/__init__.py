"""What the URL says of each page, beside what all pages share (dashboard.ui.query)."""
