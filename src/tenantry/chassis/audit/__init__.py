"""The audit log: who did what, when and from where. Rows are only ever added; retention alone removes them.

await record(scope, "organizations.member.removed", subject=member.user_id, before={"role": "admin"})
"""
