"""The tests: unit (one room each), integration (real parts), daemon (processes)."""
