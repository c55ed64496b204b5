"""What is true about the work: pure Python, without Qt, SQL, files or clock."""
