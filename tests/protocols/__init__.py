"""Mail servers that misbehave, and what customers and the admin notice of it: real adapters, jobs and database."""
