"""How we write dates, by language."""
