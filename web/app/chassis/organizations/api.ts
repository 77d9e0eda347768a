import { infiniteQueryOptions, type QueryClient, queryOptions, useQueryClient } from "@tanstack/react-query";
import { answer, http } from "~/api/client";
import { useTopic } from "~/api/live-context";
import { meQuery, organizationQuery } from "~/api/queries";
import type { Api } from "~/api/types";

export type Member = Api<"MemberOut">;
export type Invitation = Api<"InvitationOut">;
export type Role = Member["role"];

/** From the least to the most. */
export const roles: { value: Role; label: string; text: string }[] = [
  { value: "viewer", label: "Viewer", text: "Sees everything, changes nothing." },
  { value: "member", label: "Member", text: "Works with everything." },
  { value: "admin", label: "Admin", text: "Also looks after members, settings and keys." },
  { value: "owner", label: "Owner", text: "Also may delete the organization." },
];

/** The roles that somebody with this one can give: none above it. */
export function givable(own: Role): typeof roles {
  return roles.slice(0, roles.findIndex((role) => role.value === own) + 1);
}

/** Whether somebody with the role `own` can change somebody with the role `other`. */
export function atLeast(own: Role, other: Role): boolean {
  return givable(own).some((role) => role.value === other);
}

export const membersQuery = (org: string, q = "") =>
  infiniteQueryOptions({
    queryKey: ["org", org, "members", "list", q],
    queryFn: ({ pageParam }) =>
      answer(
        http.GET("/api/v1/orgs/{org}/members", {
          params: { path: { org }, query: { q, limit: 100, after: pageParam || undefined } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const invitationsQuery = (org: string) =>
  infiniteQueryOptions({
    queryKey: ["org", org, "members", "invitations"],
    queryFn: ({ pageParam }) =>
      answer(
        http.GET("/api/v1/orgs/{org}/invitations", {
          params: { path: { org }, query: { limit: 100, after: pageParam || undefined } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const summaryQuery = (org: string) =>
  queryOptions({
    queryKey: ["org", org, "members", "summary"],
    queryFn: () => answer(http.GET("/api/v1/orgs/{org}/members/summary", { params: { path: { org } } })),
  });

/** Everything that shows who belongs to the organization is read again. */
export function refreshMembers(client: QueryClient, org: string): Promise<void> {
  return client.invalidateQueries({ queryKey: ["org", org, "members"] });
}

/** The organization and one's list of them are read again: after a change of name, address, picture or membership. */
export async function refreshOrganizations(client: QueryClient, org: string): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: meQuery.queryKey }),
    client.invalidateQueries({ queryKey: organizationQuery(org).queryKey, exact: true }),
  ]);
}

/** Lists are read again whenever somebody joins, leaves, or is invited, by whomever. */
export function useMembersTopic(org: string): void {
  const client = useQueryClient();
  useTopic("organizations.members", (counts: Api<"MemberCounts">) => {
    client.setQueryData(summaryQuery(org).queryKey, counts);
    void refreshMembers(client, org);
    void refreshOrganizations(client, org);
  });
}

const member = (org: string, member_id: string) => ({ params: { path: { org, member_id } } });
const invitation = (org: string, invitation_id: string) => ({ params: { path: { org, invitation_id } } });

export const members = {
  change: (org: string, id: string, role: Role) =>
    answer(http.PATCH("/api/v1/orgs/{org}/members/{member_id}", { ...member(org, id), body: { role } })),
  remove: (org: string, id: string) => http.DELETE("/api/v1/orgs/{org}/members/{member_id}", member(org, id)),
  transfer: (org: string, id: string, confirm: string) =>
    answer(http.POST("/api/v1/orgs/{org}/members/{member_id}/ownership", { ...member(org, id), body: { confirm } })),
};

export const invitations = {
  send: (org: string, body: Api<"InvitationsNew">) =>
    answer(http.POST("/api/v1/orgs/{org}/invitations", { params: { path: { org } }, body })),
  link: (org: string, body: Api<"LinkNew">) =>
    answer(http.POST("/api/v1/orgs/{org}/invitations/links", { params: { path: { org } }, body })),
  resend: (org: string, id: string) =>
    answer(http.POST("/api/v1/orgs/{org}/invitations/{invitation_id}/resend", invitation(org, id))),
  revoke: (org: string, id: string) =>
    http.DELETE("/api/v1/orgs/{org}/invitations/{invitation_id}", invitation(org, id)),
};
