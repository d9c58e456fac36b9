"""Investment cases: what could be funded, what it does, what it returns. A folder with invest.yaml and CSV tables."""
