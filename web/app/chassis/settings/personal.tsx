import { personalPages } from "./pages";
import { Settings } from "./settings";

/** The frame of `/me/…`. */
export default function PersonalSettings() {
  return <Settings title="Your account" text="Yours in every organization." base="/me" pages={personalPages} />;
}
