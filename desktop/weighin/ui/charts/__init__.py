"""What every chart has in common, and how one becomes a picture to show elsewhere."""
