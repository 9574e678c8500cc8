"""The weather by Open-Meteo: places, forecasts, words."""
