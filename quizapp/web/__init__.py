"""What every page shares: guards of requests, headers, language, the contestant's cookie."""
