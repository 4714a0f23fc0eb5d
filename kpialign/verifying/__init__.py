"""Whether what the database holds is sound: each subject in one file, every fault named."""
