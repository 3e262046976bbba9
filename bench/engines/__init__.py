"""One engine a module: `note()` says what it is and how the rule is told to it, `make()` gives what answers."""
