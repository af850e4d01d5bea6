"""What gitsplit knows, as pure values: no repository, terminal, clock or chance."""
