"""Usage, budgets and the plan of an account, as its people see them."""
