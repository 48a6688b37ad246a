"""Many jobs at once, out of a table: priced before, watched during, sure after."""
