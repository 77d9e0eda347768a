import { index, type RouteConfig, type RouteConfigEntry, route } from "@react-router/dev/routes";

// Every folder of products/ that has a routes.ts brings the pages of one product, below /{org}/{its folder's name}.
const folders = import.meta.glob<{ default: RouteConfigEntry[] }>("./products/*/routes.ts", { eager: true });
const products = Object.entries(folders).map(([path, module]) => {
  const slug = path.split("/")[2] ?? "";
  return route(slug, "products/outlet.tsx", { id: `product-${slug}` }, module.default);
});

export default [
  index("chassis/home/home.tsx"),
  route("sign-in", "chassis/auth/sign-in.tsx"),
  route("sign-in/second-factor", "chassis/auth/second-step.tsx"),
  route("sign-up", "chassis/auth/sign-up.tsx"),
  route("forgot", "chassis/auth/forgot.tsx"),
  route("reset", "chassis/auth/reset.tsx"),
  route("verify", "chassis/auth/verify.tsx"),
  route("start", "chassis/auth/start.tsx"),
  route("welcome", "chassis/onboarding/welcome.tsx"),
  route("invitation/:token?", "chassis/organizations/invitation.tsx"),
  route("me", "shell/personal.tsx", [
    route("", "chassis/settings/personal.tsx", [
      index("chassis/me/first-page.tsx"),
      route("profile", "chassis/me/profile.tsx"),
      route("security", "chassis/me/security.tsx"),
      route("keys", "chassis/api-keys/own-keys.tsx"),
    ]),
    route("*", "shell/not-found.tsx", { id: "not-found-personal" }),
  ]),
  route(":org", "shell/organization.tsx", [
    index("chassis/organizations/first-product.tsx"),
    route("settings", "chassis/settings/organization.tsx", [
      index("chassis/settings/first-page.tsx"),
      route("general", "chassis/organizations/general.tsx"),
      route("members", "chassis/organizations/members/page.tsx"),
      route("sign-in", "chassis/organizations/sign-in/sign-in.tsx"),
      route("keys", "chassis/api-keys/keys.tsx"),
      route("audit", "chassis/audit/audit.tsx"),
    ]),
    route("organization", "chassis/organizations/former-page.tsx"),
    ...products,
    // A product without pages of its own: plain ones, drawn from the API's schema.
    route(":product", "chassis/generic/product.tsx", [
      index("chassis/generic/first-resource.tsx"),
      route(":resource", "chassis/generic/list.tsx"),
      route(":resource/new", "chassis/generic/create.tsx"),
      route(":resource/:id", "chassis/generic/detail.tsx"),
    ]),
    route("*", "shell/not-found.tsx", { id: "not-found-inside" }),
  ]),
  route("*", "shell/not-found.tsx"),
] satisfies RouteConfig;
