"""The thinking of the pipeline: pure functions that open no file and know no Snakemake."""
