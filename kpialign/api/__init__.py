"""The door for programs: what pages show and forms change, as JSON."""
