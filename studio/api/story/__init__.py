"""Stories for programs: text becomes scenes and shots, shots become takes, takes become a film."""
