"""The Hugging Face hub: listing through its own client, and a downloader that resumes and checks."""
