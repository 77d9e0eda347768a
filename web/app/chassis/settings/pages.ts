import {
  CircleUserRound,
  KeyRound,
  LogIn,
  type LucideIcon,
  ScrollText,
  Settings,
  ShieldCheck,
  Users,
} from "lucide-react";

/** One page of settings: a tab, a line in ⌘K and, where `sidebar` says how it is called there, one in the sidebar. */
export interface SettingsPage {
  label: string;
  /** Below `/me` or `/{org}/settings`. */
  path: string;
  icon: LucideIcon;
  /** Without this permission in the organization the page is not offered. */
  permission?: string;
  sidebar?: string;
}

/** What is yours, in whatever organization: `/me/…`. */
export const personalPages: SettingsPage[] = [
  { label: "Profile", path: "profile", icon: CircleUserRound },
  { label: "Security", path: "security", icon: ShieldCheck },
  { label: "API keys", path: "keys", icon: KeyRound },
];

/** What belongs to an organization: `/{org}/settings/…`. */
export const organizationPages: SettingsPage[] = [
  { label: "General", path: "general", icon: Settings, permission: "organization.read", sidebar: "Settings" },
  { label: "Members", path: "members", icon: Users, permission: "organization.members.read", sidebar: "Members" },
  { label: "Sign-in", path: "sign-in", icon: LogIn, permission: "organization.sign_in.read" },
  { label: "API keys", path: "keys", icon: KeyRound, permission: "api_keys.read" },
  { label: "Audit log", path: "audit", icon: ScrollText, permission: "audit.read", sidebar: "Audit log" },
];

/** Those that somebody with these permissions may open. */
export function allowed(pages: SettingsPage[], permissions: string[]): SettingsPage[] {
  return pages.filter((page) => !page.permission || permissions.includes(page.permission));
}
