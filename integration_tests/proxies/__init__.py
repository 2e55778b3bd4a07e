"""Real proxies before a real site, and what attackers send through them."""
