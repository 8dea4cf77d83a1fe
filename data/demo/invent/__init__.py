"""The invented demo landscape: shapes, land, vegetation, context, observations."""
