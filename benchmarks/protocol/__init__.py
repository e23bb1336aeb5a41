"""The student's protocol and shuzi's, on the same held-out digits."""
