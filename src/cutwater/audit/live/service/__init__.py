"""The live hub and the states it draws."""
