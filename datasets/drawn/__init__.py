"""The embedded Chinese digits, drawn by shuzi."""
