"""Online contests for trade unions: banks of questions, timed papers, boards that can be proved."""
