"""Run web, worker and beat of one data folder as one: started, watched, stopped together."""
