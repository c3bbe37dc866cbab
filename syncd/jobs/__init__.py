"""What the hub does by itself: each job asks a query and answers with facts."""
