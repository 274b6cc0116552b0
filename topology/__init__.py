"""The live service graph."""
