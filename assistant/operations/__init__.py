"""How the installation stands, for those who run it: its state, its figures, its backups and what it promises."""
