"""The thinking of the pipeline: pure functions that open no file."""
