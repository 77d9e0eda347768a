import { EmailCard } from "./email-card";
import { ProfileForm } from "./profile-form";

export function meta() {
  return [{ title: "Profile · Tenantry" }];
}

export default function ProfilePage() {
  return (
    <>
      <ProfileForm />
      <EmailCard />
    </>
  );
}
