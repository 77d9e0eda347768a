"""Organizations, and who belongs to them.

`directory` names them, `members` says who belongs to each and as what, `invitations` lets others in, `erasure` ends them.
Each stands on those before it.
"""
