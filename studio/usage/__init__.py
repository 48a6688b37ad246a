"""What an account used, as its pages and the API tell it."""
