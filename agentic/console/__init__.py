"""The console: the one place that draws. Everything it shows comes as events."""
