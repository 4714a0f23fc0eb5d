"""What the pages of this app show, put into words."""
