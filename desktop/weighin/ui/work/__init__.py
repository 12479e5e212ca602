"""What runs in the window: said in its title, told when it ends elsewhere, and asked about before the window closes."""
