"""The winner as files that can be taken away, to where shuzi, torch or Python are not."""
