"""Small widgets that know nothing of pages or services."""
