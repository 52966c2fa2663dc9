"""Mail that no program writes: the samples, damaged in thousands of ways."""
