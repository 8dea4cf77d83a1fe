"""Opens input files: every form of map and record file, told by what is in it."""
