"""Where issues come from: sites with their projects, boards, statuses and fields."""
