"""What guarantors owe by age, on any day: bars, and a table with the unapplied credit beside (RC6)."""
