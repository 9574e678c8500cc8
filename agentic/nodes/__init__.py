"""The nodes of the loop, one file each."""
