"""What web_fetch reads of a page."""
