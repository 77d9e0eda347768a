"""One-time links in mails: each proves that whoever follows it reads that mailbox."""
