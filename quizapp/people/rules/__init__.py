"""What people may enter, how often they may try, how they are shown. Pure."""
