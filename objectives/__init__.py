"""What is wanted: objectives, and the links by which KPIs and objectives serve them."""
