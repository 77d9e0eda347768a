const KEY = "tenantry-organization";

/** The organization somebody was in last, so that pages outside of any feel as if they were inside it. */
export function rememberOrganization(slug: string): void {
  localStorage.setItem(KEY, slug);
}

/** The one of these that somebody was in last, or the first. */
export function lastOrganization<T extends { slug: string }>(organizations: T[]): T | undefined {
  const last = localStorage.getItem(KEY);
  return organizations.find((one) => one.slug === last) ?? organizations[0];
}
