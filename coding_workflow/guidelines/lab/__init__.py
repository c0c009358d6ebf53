"""Rules that administrators make: data over a closed vocabulary, compiled to closures. Pure. See docs/rule-lab.md."""
