"""What a catalogue may say, how its rows become units, how people find and order them. Pure."""
